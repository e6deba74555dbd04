import { expect, it } from 'vitest'
import { beginExport } from '../../../src/operations/export/export-task.ts'
import { heldBy } from '../../../src/operations/export/part-contents.ts'
import { startOf } from '../../../src/operations/export/start-export.ts'
import { request } from '../../inputs/step-inputs.ts'
import { failureOf } from '../../failure-of.ts'
import { dataset, exportTask } from '../../visual-layer/samples.ts'
import { fakeStep } from '../fake-step.ts'

const asked = request('export', {}, process.cwd())

it('an export that Visual Layer starts without naming it is an error', async () => {
  const step = fakeStep({ api: { exports: { start: async () => exportTask({ id: undefined }) } } })
  const error = await failureOf(beginExport(step, dataset(), startOf(asked), 'wait'))
  expect(error).toMatchObject({ code: 'unexpected_reply' })
})

it('a dataset that does not say how much it contains contains nothing for certain', () => {
  const held = (counts: Partial<ReturnType<typeof dataset>>) => {
    const exported = dataset(counts)
    return heldBy(asked, { source: exported, exported, snapshot: undefined, carryOn: () => '', again: () => '' })
  }
  expect(held({ images: undefined, videos: undefined })).toBe(0)
  expect(held({ images: 3, videos: undefined })).toBe(3)
  expect(held({ images: undefined, videos: 4 })).toBe(4)
})
