import { describe, expect, it } from 'vitest'
import { restore } from '../../src/operations/restore.ts'
import type { Task } from '../../src/visual-layer/tasks.ts'
import { request } from '../inputs/step-inputs.ts'
import { failureOf } from '../failure-of.ts'
import { dataset, id, lostReply, rejected, snapshot, SOURCE, task } from '../visual-layer/samples.ts'
import { fakeStep } from './fake-step.ts'

const inputs = { dataset_id: SOURCE, snapshot_id: 'current', safety_snapshot: 'false' }

/** Restores the current snapshot; once that was asked for, these tasks are listed, and the dataset is in this state. */
function restoring({
  tasks = [],
  answers = [],
  ends,
  createdAt,
}: {
  tasks?: Task[]
  answers?: Error[]
  ends?: Error[]
  createdAt?: number
}) {
  let asked = 0
  let looks = 0
  const step = fakeStep({
    timeoutMs: 600_000,
    api: {
      datasets: {
        async get() {
          const error = asked > 0 ? ends?.[looks++] : undefined
          if (error) throw error
          return dataset()
        },
      },
      snapshots: {
        list: async () => [snapshot({ isCurrent: true, createdAtText: '', createdAt })],
        async restore() {
          const answer = answers[asked]
          asked += 1
          if (answer) throw answer
        },
      },
      tasks: { list: async () => (asked === 0 ? [] : tasks) },
    },
  })
  return { step, asked: () => asked, ended: restore.run(request('restore', inputs), step) }
}

describe('restore', () => {
  it('of a snapshot whose age is not known says so', async () => {
    const { step, ended } = restoring({ tasks: [task({ state: 'COMPLETED' })] })
    await ended
    expect(step.reporter.lines.join()).toContain('created at an unknown time')
  })

  it('says when a snapshot was created in UTC, and not in the words of the API', async () => {
    const tasks = [task({ state: 'COMPLETED' })]
    const createdAt = Date.UTC(2026, 0, 2, 3, 4)
    const { step, ended } = restoring({ tasks, createdAt })
    await ended
    expect(step.reporter.lines.join()).toContain('created 2026-01-02 03:04 UTC')
  })

  it('goes by the restore that began last, where several have ended', async () => {
    const ended = { state: 'COMPLETED' } as const
    const tasks = [
      task({ id: id(201), ...ended }),
      task({ id: id(202), ...ended, startedAt: 7 }),
      task({ id: id(203), ...ended }),
    ]
    const { step, ended: over } = restoring({ tasks })
    await over
    expect(step.reporter.outputs['task_id']).toBe(id(202))
  })

  it('keeps what it knew of the time before where a lost reply meets a conflict', async () => {
    const { asked, ended } = restoring({ answers: [lostReply(), rejected(409), rejected(403)] })
    expect(await failureOf(ended)).toMatchObject({ code: 'forbidden' })
    expect(asked()).toBe(3)
  })

  it('does not take for its own what someone else restored while it looked', async () => {
    const target = id(50)
    const theirs = task({ id: id(60), state: 'RUNNING' })
    let asked = 0
    let tasksRead = 0
    const step = fakeStep({
      timeoutMs: 600_000,
      api: {
        datasets: { get: async () => dataset() },
        snapshots: {
          list: async () => [
            snapshot({ id: target, isCurrent: asked === 2 }),
            snapshot({ id: id(51), isCurrent: asked !== 2 }),
          ],
          async restore() {
            asked += 1
            if (asked === 1) throw lostReply()
          },
        },
        tasks: {
          async list() {
            if (asked === 0) return []
            if (asked === 2) return [{ ...theirs, state: 'COMPLETED' }, task({ id: id(61), state: 'COMPLETED' })]
            // It ends between the first read of the tasks and that of the snapshots.
            return [{ ...theirs, state: (tasksRead += 1) === 1 ? 'RUNNING' : 'COMPLETED' }]
          },
        },
      },
    })
    await restore.run(request('restore', { ...inputs, snapshot_id: target }), step)
    expect(asked).toBe(2)
  })

  /** Restores without waiting; once that was accepted, the task list is as `list` says. */
  function accepted(list: () => Promise<Task[]>, signal?: AbortSignal) {
    let asked = false
    const step = fakeStep({
      ...(signal ? { signal } : {}),
      api: {
        datasets: { get: async () => dataset() },
        snapshots: { list: async () => [snapshot({ isCurrent: true })], restore: async () => void (asked = true) },
        tasks: { list: async () => (asked ? list() : []) },
      },
    })
    return { step, ended: restore.run(request('restore', { ...inputs, wait: 'false' }), step) }
  }

  it('that was accepted needs no task list without wait', async () => {
    const { step, ended } = accepted(async () => Promise.reject(rejected(401)))
    expect(await ended).toContain('accepted')
    expect(step.reporter.lines.join()).toContain('HTTP 401')
  })

  it('that was accepted is canceled all the same while its task is looked for', async () => {
    const stop = new AbortController()
    const reason = new Error('canceled')
    const { ended } = accepted(async () => {
      stop.abort(reason)
      throw rejected(401)
    }, stop.signal)
    await expect(ended).rejects.toBe(reason)
  })
})
