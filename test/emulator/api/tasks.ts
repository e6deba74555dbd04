import { type Call, invalid, json, Rejection } from '../http/reply.ts'
import { choiceQuery, integerQuery, isUuid, type Route, type RouteCall, uuidParam } from '../http/routing.ts'
import type { Task } from '../model.ts'
import { abortTask, retryTask } from '../work.ts'
import type { World } from '../world.ts'

const sortFields = ['start_time', 'status', 'task_type', 'dataset_name', 'dataset_id', 'created_by'] as const

/** The calls of docs.visual-layer.com/api-reference/task-manager. */
export function taskRoutes(world: World): Route[] {
  const taskOf = (call: RouteCall): Task => {
    const id = uuidParam(call, 'task_id')
    const task = world.tasks.find((candidate) => candidate.id === id)
    if (!task) throw new Rejection(404, `Task ${id} not found`)
    return task
  }
  const seen = () =>
    world.tasks
      .map((task) => world.timeline.seen(task, world.options.lags.taskListMs))
      .filter((task) => task !== undefined)
  return [
    {
      method: 'GET',
      pattern: '/tasks',
      answer(call) {
        const page = integerQuery(call, 'page', { fallback: 1, min: 1 })
        const pageSize = integerQuery(call, 'page_size', { fallback: 20, min: 5, max: 50 })
        const sortBy = choiceQuery(call, 'sort_by', sortFields, 'start_time')
        const descending = choiceQuery(call, 'sort_order', ['asc', 'desc'] as const, 'desc') === 'desc'
        const wanted = filter(call)
        // Newest first among equals, so that a page does not depend on the clock's grain.
        const found = seen().reverse().map(shownTask).filter(wanted)
        found.sort((a, b) => {
          const order = a[sortBy] < b[sortBy] ? -1 : Number(a[sortBy] > b[sortBy])
          return descending ? -order : order
        })
        const start = (page - 1) * pageSize
        return json({ tasks: found.slice(start, start + pageSize), total: found.length, page, page_size: pageSize })
      },
    },
    {
      method: 'GET',
      pattern: '/tasks/filters',
      answer(call) {
        const found = seen().map(shownTask).filter(timeFilter(call))
        const distinct = (values: string[]) => [...new Set(values)].sort()
        return json({
          dataset_names: distinct(found.map((task) => task.dataset_name)),
          dataset_ids: distinct(found.map((task) => task.dataset_id)),
          task_types: distinct(found.map((task) => task.task_type)),
          created_by: distinct(found.map((task) => task.created_by)),
        })
      },
    },
    {
      method: 'POST',
      pattern: '/tasks/:task_id/abort',
      answer(call) {
        const task = taskOf(call)
        abortTask(world, task)
        return json(shownTask(task))
      },
    },
    {
      method: 'POST',
      pattern: '/tasks/:task_id/retry',
      answer(call) {
        const task = taskOf(call)
        retryTask(task)
        return json(shownTask(task))
      },
    },
  ]
}

function shownTask(task: Task) {
  return {
    task_id: task.id,
    dataset_id: task.shownUnder.id,
    dataset_name: task.shownUnder.name,
    // Underscored here, whatever the dataset's own reply does.
    dataset_status: task.shownUnder.status.replaceAll(' ', '_'),
    created_by: task.createdBy,
    task_type: task.type,
    status: task.status,
    status_message: task.statusMessage,
    progress_percentage: task.progress ?? null,
    error_message: task.error ?? null,
    start_time: task.startTime.toISOString(),
    end_time: task.endTime?.toISOString() ?? null,
  }
}

type ShownTask = ReturnType<typeof shownTask>

function filter(call: Call): (task: ShownTask) => boolean {
  const datasetId = call.query.get('dataset_id')
  if (datasetId !== null && !isUuid(datasetId)) {
    throw invalid(['query', 'dataset_id'], 'Input should be a valid UUID, invalid character', datasetId, 'uuid_parsing')
  }
  const datasetName = call.query.get('dataset_name')?.toLowerCase()
  const type = call.query.get('task_type')
  const status = call.query.get('task_status')
  const createdBy = call.query.get('created_by')
  const inTime = timeFilter(call)
  return (task) =>
    inTime(task) &&
    (datasetId === null || task.dataset_id === datasetId) &&
    // Whether the name is matched whole or in part is not documented: in part asks more of the caller.
    (datasetName === undefined || task.dataset_name.toLowerCase().includes(datasetName)) &&
    (type === null || task.task_type === type) &&
    (status === null || task.status === status) &&
    (createdBy === null || task.created_by === createdBy)
}

/** Inclusive at both ends. */
function timeFilter(call: Call): (task: ShownTask) => boolean {
  const bound = (name: string, fallback: number) => {
    const raw = call.query.get(name)
    if (raw === null) return fallback
    const time = Date.parse(raw)
    if (Number.isNaN(time)) throw invalid(['query', name], 'Input should be a valid datetime', raw, 'datetime_parsing')
    return time
  }
  const from = bound('start_time_from', Number.NEGATIVE_INFINITY)
  const to = bound('start_time_to', Number.POSITIVE_INFINITY)
  return (task) => Date.parse(task.start_time) >= from && Date.parse(task.start_time) <= to
}
