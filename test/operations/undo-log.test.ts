import { expect, it } from 'vitest'
import { type Plan, UndoLog } from '../../src/operations/undo-log.ts'
import { OnceOnly } from '../../src/waiting/once.ts'
import { failureOf } from '../failure-of.ts'
import { id, lostReply, rejected, SOURCE } from '../visual-layer/samples.ts'
import { fakeStep } from './fake-step.ts'

const enrichment: Plan = {
  kind: 'enrichment',
  source: { id: SOURCE, name: 'Cats' },
  earlier: [],
  earlierTasks: [],
  abort: true,
}

it('saves no earlier plan in place of one that is too long, and saves that once it is short enough', () => {
  const saved: string[] = []
  const log = new UndoLog((text) => void saved.push(text))
  log.plan(enrichment)
  log.plan({ ...enrichment, earlier: Array.from({ length: 800 }, (_, index) => id(index)) })
  expect(saved.at(-1)).toBe('')
  log.confirm({ datasetId: id(5) })
  expect(JSON.parse(saved.at(-1) ?? '')).toEqual({ ...enrichment, datasetId: id(5) })
})

it.each([
  ['was rejected', rejected(409), undefined],
  ['may have taken effect', lostReply(), enrichment],
])('knows whether a plan is open after a request that %s', async (_name, error, open) => {
  const step = fakeStep({ timeoutMs: 60_000, maxRetries: 0 })
  step.undo.plan(enrichment)
  const send = () => Promise.reject(error)
  const change = new OnceOnly<void>(
    { what: 'x', ifUnclear: 'y', send, look: async () => 'absent' },
    step.waiting,
    () => undefined,
  )
  await failureOf(step.undo.during(change))
  expect(step.undo.open).toEqual(open)
})
