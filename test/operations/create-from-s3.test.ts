import { describe, expect, it } from 'vitest'
import { createFromS3 } from '../../src/operations/create-from-s3.ts'
import type { Dataset } from '../../src/visual-layer/datasets.ts'
import { request } from '../inputs/step-inputs.ts'
import { failureOf } from '../failure-of.ts'
import { dataset, id, lostReply, task } from '../visual-layer/samples.ts'
import { fakeStep } from './fake-step.ts'

/** Creates "Cats" where the reply is lost and the list then shows these datasets. */
function creating(found: Dataset[], before: Dataset[] = [], inputs: Parameters<typeof request>[1] = {}) {
  let sent = 0
  const step = fakeStep({
    api: {
      datasets: {
        list: async () => (sent === 0 ? before : [...before, ...found]),
        get: async (one) => [...before, ...found].find((there) => there.id === one) ?? dataset(),
        createFromS3: async () => {
          sent += 1
          throw lostReply()
        },
      },
      tasks: { list: async () => (sent === 0 ? [] : [task({ type: 'DATASET_CREATION', datasetId: '' })]) },
    },
  })
  return { step, ended: createFromS3.run(request('create-from-s3', inputs), step) }
}

describe('create-from-s3', () => {
  it('takes only a dataset of its own bucket path for the one whose reply was lost', async () => {
    const other = dataset({ id: id(4), sourceUri: 's3://media/dogs/' })
    const own = dataset({ id: id(5), sourceUri: 's3://media/cats', images: undefined })
    const { step, ended } = creating([other, own])
    expect(await ended).toBe('Created dataset "Cats" from s3://media/cats/.')
    expect(step.reporter.outputs['dataset_id']).toBe(id(5))
    expect(step.reporter.facts).not.toHaveProperty('Items')
  })

  it('names all that may be it where several are new', async () => {
    const { step, ended } = creating([dataset({ id: id(4) }), dataset({ id: id(5) })])
    const error = await failureOf(ended)
    expect(error).toMatchObject({ code: 'operation_failed' })
    expect(error.message).toContain(`${id(4)}, ${id(5)}`)
    expect(step.undo.open).toMatchObject({ kind: 'creation', abort: true })
  })

  it('uses the newest of the name, where the list tells when they were made, else the first', async () => {
    const reuse = { if_exists: 'reuse', wait: 'false' }
    const undated = creating([], [dataset({ id: id(4) }), dataset({ id: id(5) })], reuse)
    await undated.ended
    expect(undated.step.reporter.outputs['dataset_id']).toBe(id(4))
    const dated = creating([], [dataset({ id: id(4) }), dataset({ id: id(5), createdAt: 7 })], reuse)
    await dated.ended
    expect(dated.step.reporter.outputs['dataset_id']).toBe(id(5))
  })
})
