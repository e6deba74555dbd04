import { describe, expect, it } from 'vitest'
import { calmDataset, throughConflicts } from '../../src/operations/conflicts.ts'
import type { Dataset, DatasetStatus } from '../../src/visual-layer/datasets.ts'
import type { Task } from '../../src/visual-layer/tasks.ts'
import { OnceOnly } from '../../src/waiting/once.ts'
import type { Phase } from '../../src/waiting/until.ts'
import { failureOf } from '../failure-of.ts'
import { rejection } from '../visual-layer/loopback.ts'
import { dataset, id, lostReply, rejected, SOURCE, task } from '../visual-layer/samples.ts'
import { FakeClock } from '../waiting/fake-clock.ts'
import { fakeStep } from './fake-step.ts'

const MINUTE = 60_000

interface World {
  /** What the dataset and the tasks are at a moment, in ms since the start. */
  status?: (now: number) => DatasetStatus
  tasks?: (now: number) => Task[]
  /** Until when the API answers 409, in ms since the start. */
  conflictUntil: number
  timeoutMs?: number
  interval?: number | 'auto'
}

function scene({ status = () => 'READY', tasks = () => [], conflictUntil, ...options }: World) {
  const clock = new FakeClock()
  let attempts = 0
  const step = fakeStep({
    clock,
    ...options,
    api: {
      datasets: {
        get: async (): Promise<Dataset> => dataset({ status: status(clock.now()) }),
      },
      tasks: {
        list: async ({ datasetId, type }) =>
          tasks(clock.now()).filter(
            (one) => (!datasetId || one.datasetId === datasetId) && (!type || one.type === type),
          ),
      },
    },
  })
  const attempt = async () => {
    attempts += 1
    clock.advance(100)
    if (clock.now() < conflictUntil) throw rejected(409, 'operation restore is blocked while a REINDEX task is running')
    return 'made'
  }
  return {
    step,
    clock,
    attempts: () => attempts,
    run: (onConflict: 'wait' | 'fail') => throughConflicts(step, SOURCE, onConflict, attempt),
  }
}

describe('a 409 with on_conflict: wait', () => {
  it('is waited out while a task runs on the dataset, and tried again once', async () => {
    const reindex = (now: number) => [task({ type: 'REINDEX', state: now < 30 * MINUTE ? 'RUNNING' : 'COMPLETED' })]
    const { run, step, attempts, clock } = scene({ conflictUntil: 30 * MINUTE, tasks: reindex })
    expect(await run('wait')).toBe('made')
    expect(attempts()).toBe(2)
    expect(clock.now()).toBeLessThan(31 * MINUTE)
    expect(step.reporter.lines.join('\n')).toMatch(
      /blocked while a REINDEX task.*\n.*waiting for REINDEX \(task RUNNING/,
    )
  })

  it.each<DatasetStatus>(['READ_ONLY', 'INDEXING', 'BUSY', 'UNKNOWN'])(
    'is waited out while the dataset is %s',
    async (busy) => {
      const { run, attempts } = scene({
        conflictUntil: 10 * MINUTE,
        status: (now) => (now < 10 * MINUTE ? busy : 'READY'),
      })
      expect(await run('wait')).toBe('made')
      expect(attempts()).toBe(2)
    },
  )

  it('is waited out while a clone of the dataset runs, which has an id of its own', async () => {
    const cloning = (now: number) => [
      task({
        type: 'SNAPSHOT_CLONE',
        datasetId: id(5),
        datasetName: 'Cats (cloned)',
        state: now < 10 * MINUTE ? 'RUNNING' : 'COMPLETED',
      }),
    ]
    const { run, attempts } = scene({ conflictUntil: 10 * MINUTE, tasks: cloning })
    expect(await run('wait')).toBe('made')
    expect(attempts()).toBe(2)
  })

  it('is waited out again when the next thing began in between', async () => {
    const busy = (now: number) => (now < 5 * MINUTE || (now > 6 * MINUTE && now < 12 * MINUTE) ? 'READ_ONLY' : 'READY')
    const { run } = scene({ conflictUntil: 12 * MINUTE, status: busy })
    expect(await run('wait')).toBe('made')
  })

  it('is tried again for a while where nothing is seen running', async () => {
    const { run, attempts, clock } = scene({ conflictUntil: 50_000, interval: 'auto' })
    expect(await run('wait')).toBe('made')
    expect(attempts()).toBeGreaterThan(3)
    expect(clock.now()).toBeLessThan(MINUTE)
  })

  it('ends as a conflict where nothing is seen running for long', async () => {
    const { run, clock } = scene({ conflictUntil: Infinity, interval: 'auto' })
    const error = await failureOf(run('wait'))
    expect(error).toMatchObject({
      code: 'conflict',
      apiWords: expect.stringContaining('REINDEX'),
      todo: expect.stringMatching(/Nothing appears to have been running on the dataset for 2m/),
    })
    expect(clock.now()).toBeLessThan(3 * MINUTE)
  })

  it.each<DatasetStatus>(['PARTIAL_INDEX', 'ERROR', 'DRAFT'])(
    'ends at once where the dataset stays %s',
    async (status) => {
      const { run, attempts, clock } = scene({ conflictUntil: Infinity, status: () => status })
      const error = await failureOf(run('wait'))
      expect(error).toMatchObject({ code: 'conflict', apiWords: expect.stringContaining('REINDEX') })
      expect(error.todo).toContain(status.replace('_', ' '))
      expect([attempts(), clock.sleeps]).toEqual([1, []])
    },
  )

  it('is waited out where work continues, even on a dataset in ERROR', async () => {
    const working = (now: number) => (now < MINUTE ? [task({ type: 'SNAPSHOT_RESTORE' })] : [])
    const { run } = scene({
      conflictUntil: MINUTE,
      tasks: working,
      status: (now) => (now < MINUTE ? 'ERROR' : 'READY'),
    })
    expect(await run('wait')).toBe('made')
  })

  it('is a phase of the step while it is waited out, for what a cancellation says, and not while an attempt is made', async () => {
    const phases = new Set<Phase>()
    const during = { attempt: new Set<string>(), look: new Set<string>(), pause: new Set<string>() }
    const note = (seen: Set<string>) => seen.add([...phases].map(({ carryOn }) => carryOn).join())
    const { step } = scene({
      conflictUntil: 0,
      status: () => {
        note(during.look)
        return 'READY'
      },
    })
    const clock = {
      now: () => step.clock.now(),
      date: () => step.clock.date(),
      sleep: (ms: number) => {
        note(during.pause)
        return step.clock.sleep(ms)
      },
    }
    let attempts = 0
    const attempt = async () => {
      note(during.attempt)
      if ((attempts += 1) < 3) throw rejected(409, 'busy')
    }
    await throughConflicts({ ...step, clock, waiting: { ...step.waiting, phases } }, SOURCE, 'wait', attempt)
    expect([...during.attempt]).toEqual([''])
    expect([...during.look]).toEqual([expect.stringContaining('was not started')])
    expect([...during.pause]).toEqual([expect.stringContaining('was not started')])
  })

  it('ends as timed_out when the work outlasts the deadline, naming what was waited for', async () => {
    const { run, clock } = scene({
      conflictUntil: Infinity,
      timeoutMs: 20 * MINUTE,
      tasks: () => [task({ type: 'ENRICHMENT', progress: 40 })],
    })
    const error = await failureOf(run('wait'))
    expect(error).toMatchObject({
      code: 'timed_out',
      todo: expect.stringMatching(/operation was not started.*timeout/),
    })
    expect(error.message).toMatch(/waiting for ENRICHMENT \(task RUNNING \(40%\)/)
    expect(clock.now()).toBe(20 * MINUTE)
  })
})

describe('a 409 with on_conflict: fail', () => {
  it('ends the step at once, with the API’s own words and the line to add', async () => {
    const { run, attempts, clock } = scene({ conflictUntil: Infinity, status: () => 'READ_ONLY' })
    expect(await rejection(run('fail'))).toMatchObject({
      code: 'conflict',
      apiWords: expect.stringContaining('REINDEX'),
      todo: expect.stringContaining('on_conflict: wait'),
    })
    expect([attempts(), clock.sleeps]).toEqual([1, []])
  })
})

it('what is no 409 is passed on', async () => {
  for (const error of [rejected(404), rejected(403), lostReply(), new Error('a bug')]) {
    const ended = throughConflicts(fakeStep(), SOURCE, 'wait', () => Promise.reject(error))
    expect(await rejection(ended)).toBe(error)
  }
})

describe('a 409 after a lost response', () => {
  async function advice(onConflict: 'wait' | 'fail', status: DatasetStatus) {
    const answers = [lostReply(), rejected(409)]
    const { step } = scene({ conflictUntil: 0, status: () => status, timeoutMs: 20 * MINUTE })
    const change = new OnceOnly<void>(
      {
        what: 'change it',
        ifUnclear: 'It may have been changed.',
        send: async () => Promise.reject(answers.shift() ?? rejected(409)),
        look: async () => 'absent',
      },
      step.waiting,
      () => undefined,
    )
    return (await failureOf(throughConflicts(step, SOURCE, onConflict, () => change.run()))).todo
  }

  it.each([
    ['fail', 'INDEXING'],
    ['wait', 'INDEXING'],
    ['wait', 'READY'],
    ['wait', 'ERROR'],
  ] as const)('ends with the advice of the change: on_conflict: %s, dataset %s', async (onConflict, status) => {
    const todo = await advice(onConflict, status)
    expect(todo).toContain('It may have been changed.')
    expect(todo).not.toMatch(/was not started|on_conflict/)
  })
})

describe('a dataset that is to be calm first', () => {
  it('is read at once where its status names no work', async () => {
    for (const status of ['READY', 'ERROR', 'PARTIAL_INDEX'] as const) {
      const { step, clock } = scene({ conflictUntil: 0, status: () => status })
      expect(await calmDataset(step, SOURCE, 'wait')).toMatchObject({ status })
      expect(clock.sleeps).toEqual([])
    }
  })

  it('is not held up by a task that was left hanging long ago', async () => {
    const { step, clock } = scene({ conflictUntil: 0, status: () => 'ERROR', tasks: () => [task({ type: 'REINDEX' })] })
    expect(await calmDataset(step, SOURCE, 'wait')).toMatchObject({ status: 'ERROR' })
    expect(clock.sleeps).toEqual([])
  })

  it('is waited for while work continues, and answers the state after it', async () => {
    const { step } = scene({ conflictUntil: 0, status: (now) => (now < 10 * MINUTE ? 'READ_ONLY' : 'PARTIAL_INDEX') })
    expect(await calmDataset(step, SOURCE, 'wait')).toMatchObject({ status: 'PARTIAL_INDEX' })
  })

  it('is a conflict where waiting is not wished', async () => {
    const { step } = scene({ conflictUntil: 0, status: () => 'READ_ONLY' })
    expect(await rejection(calmDataset(step, SOURCE, 'fail'))).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('READ ONLY'),
      todo: expect.stringContaining('on_conflict: wait'),
    })
  })
})

it('a task without a type, and a rejection without words, are told of all the same', async () => {
  let looks = 0
  const tasks = () => ((looks += 1) === 1 ? [task({ type: '' })] : [])
  const { step } = scene({ conflictUntil: 0, tasks })
  let attempts = 0
  const attempt = async () => {
    attempts += 1
    if (attempts === 1) throw rejected(409, '')
    return 'made'
  }
  expect(await throughConflicts(step, SOURCE, 'wait', attempt)).toBe('made')
  expect(step.reporter.lines.join()).toMatch(/as busy \(.*HTTP 409.*\)\. Waiting for a task \(/)
})
