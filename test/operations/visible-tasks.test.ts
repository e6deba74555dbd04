import { describe, expect, it } from 'vitest'
import { visibleTasks } from '../../src/operations/visible-tasks.ts'
import { unexpectedReply } from '../../src/visual-layer/failure.ts'
import type { Task } from '../../src/visual-layer/tasks.ts'
import { rejection } from '../visual-layer/loopback.ts'
import { lostReply, rejected, SOURCE, task } from '../visual-layer/samples.ts'
import { fakeStep } from './fake-step.ts'

const FILTER = { datasetId: SOURCE, type: 'SNAPSHOT_RESTORE' }

function stepWith(...answers: (Task[] | Error)[]) {
  let calls = 0
  const step = fakeStep({
    api: {
      tasks: {
        list: async () => {
          const answer = answers[Math.min(calls++, answers.length - 1)] ?? []
          if (answer instanceof Error) throw answer
          return answer
        },
      },
    },
  })
  return { step, calls: () => calls }
}

const webPage = () => unexpectedReply('list the tasks', 'it is not JSON', 'a web page', false)

describe('the list of tasks', () => {
  it('is what the account sees', async () => {
    const { step } = stepWith([task()])
    expect(await visibleTasks(step, FILTER)).toHaveLength(1)
    expect(step.reporter.warnings).toEqual([])
  })

  it.each([
    ['rejected (403)', rejected(403)],
    ['missing (404)', rejected(404)],
    ['a web page, however often it is asked for', webPage()],
  ])('that is %s is done without, after one warning and no further request', async (_, error) => {
    const { step, calls } = stepWith(error)
    expect(await visibleTasks(step, FILTER)).toEqual([])
    expect(await visibleTasks(step, FILTER, 0)).toEqual([])
    expect(step.reporter.warnings).toHaveLength(1)
    expect(calls()).toBe(1)
  })

  it('that is rejected to one step is read by another', async () => {
    await visibleTasks(stepWith(rejected(403)).step, FILTER)
    expect(await visibleTasks(stepWith([task()]).step, FILTER)).toHaveLength(1)
  })

  it.each([
    ['an outage', lostReply()],
    ['HTTP 503', rejected(503)],
    ['a web page for a moment in a wait', webPage()],
  ])('is not given up for %s', async (_, error) => {
    const { step } = stepWith(error, [task()])
    expect(await rejection(visibleTasks(step, FILTER, 0))).toBe(error)
    expect(await visibleTasks(step, FILTER, 0)).toHaveLength(1)
    expect(step.reporter.warnings).toEqual([])
  })

  it('is not given up for credentials that are wrong: nothing else would work either', async () => {
    const { step } = stepWith(rejected(401))
    expect(await rejection(visibleTasks(step, FILTER))).toMatchObject({ code: 'unauthorized' })
  })
})
