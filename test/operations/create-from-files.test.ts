import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ActionError } from '../../src/errors.ts'
import { createFromFiles } from '../../src/operations/create-from-files.ts'
import type { Dataset } from '../../src/visual-layer/datasets.ts'
import type { FilePart } from '../../src/visual-layer/multipart.ts'
import { request } from '../inputs/step-inputs.ts'
import { rejection, RequestClock } from '../visual-layer/loopback.ts'
import { dataset, id, lostReply, rejected, task } from '../visual-layer/samples.ts'
import { fakeStep, type StubApi } from './fake-step.ts'

let workspace: string

beforeAll(async () => {
  workspace = await mkdtemp(path.join(os.tmpdir(), 'vl-create-'))
  for (const name of ['a/1.jpg', 'a/2.jpg', 'b/1.jpg', 'b/clip.mp4']) {
    await mkdir(path.dirname(path.join(workspace, name)), { recursive: true })
    await writeFile(path.join(workspace, name), name)
  }
})

afterAll(() => rm(workspace, { recursive: true }))

interface Plan {
  files?: string
  existing?: Dataset[]
  /** Items in the dataset once it is READY. */
  images?: number
  videos?: number
  signal?: AbortSignal
  upload?: (files: readonly FilePart[]) => Promise<void>
  process?: (begin: () => void) => Promise<void>
}

function creating(plan: Plan, inputs: Parameters<typeof request>[1] = {}) {
  const sent: string[] = []
  const calls: string[] = []
  const listed: Dataset[] = [...(plan.existing ?? [])]
  let begun = false
  const now = () =>
    dataset({ id: id(5), status: begun ? 'READY' : 'DRAFT', images: plan.images ?? 2, videos: plan.videos ?? 0 })
  const api: StubApi = {
    datasets: {
      list: async () => listed,
      get: async (one) => (one === id(5) ? now() : (listed.find((there) => there.id === one) ?? dataset())),
    },
    tasks: {
      list: async () => (begun ? [task({ type: 'DATASET_CREATION', datasetId: id(5), state: 'COMPLETED' })] : []),
    },
    ingestion: {
      newDataset: async () => {
        calls.push('create')
        listed.push(now())
        return id(5)
      },
      openTransaction: async () => '4711',
      upload: async (_, transaction, files) => {
        calls.push(`upload ${transaction}`)
        await plan.upload?.(files)
        sent.push(...files.map(({ fileName }) => fileName))
      },
      process: async () => {
        calls.push('process')
        const begin = () => {
          begun = true
        }
        if (plan.process) await plan.process(begin)
        else begin()
      },
    },
  }
  const signal = plan.signal ?? new AbortController().signal
  const step = fakeStep({ api, context: { workspace }, signal, clock: new RequestClock(signal) })
  const asked = request('create-from-files', { files: plan.files ?? 'a/*', ...inputs }, workspace)
  return { step, sent, calls, ended: createFromFiles.run(asked, step) }
}

describe('create-from-files', () => {
  it('creates, uploads, processes, in this order, and owes nothing in the end', async () => {
    const { ended, step, sent, calls } = creating({})
    expect(await ended).toBe('Created dataset "Cats" from 2 files (14 B) with 2 images.')
    expect([calls, sent]).toEqual([
      ['create', 'upload 4711', 'process'],
      ['1.jpg', '2.jpg'],
    ])
    expect(step.reporter.outputs).toMatchObject({ dataset_id: id(5), dataset_name: 'Cats', dataset_status: 'READY' })
    expect([step.undo.open, step.saved.at(-1)]).toEqual([undefined, undefined])
    expect(step.reporter.warnings).toEqual([])
  })

  it.each([
    [1, /Sent 2 images, but dataset .* has 1\./],
    [4, /Sent 2 images, but dataset .* has 4\./],
  ])('warns where %s images came of two', async (images, said) => {
    const { ended, step } = creating({ images })
    await ended
    expect(step.reporter.warnings).toEqual([expect.stringMatching(said)])
  })

  it('does not count where videos are among the files', async () => {
    const { ended, step } = creating({ files: 'b/*', images: 120, videos: 1 })
    await ended
    expect(step.reporter.warnings).toEqual([])
  })

  it('warns of equal names before anything is created', async () => {
    const { ended, step } = creating({
      files: '**/*.jpg',
      images: 3,
      upload: async () => expect(step.reporter.warnings).toHaveLength(1),
    })
    await ended
    expect(step.reporter.warnings[0]).toContain('a/1.jpg = b/1.jpg')
  })

  it('names the draft that a failed upload leaves, beside what failed', async () => {
    const { ended, calls } = creating({ upload: async () => Promise.reject(rejected(400, 'Unsupported file format')) })
    const error = await rejection(ended)
    expect(error).toMatchObject({ code: 'rejected', apiWords: 'Unsupported file format' })
    expect(error instanceof ActionError ? error.todo : '').toContain(id(5))
    expect(calls).toEqual(['create', 'upload 4711'])
  })

  it('starts the processing once where its reply is lost', async () => {
    const { ended, calls } = creating({
      process: async (begin) => {
        begin()
        throw lostReply()
      },
    })
    await ended
    expect(calls.filter((call) => call === 'process')).toHaveLength(1)
  })

  it('uses, rejects or ignores a dataset of the name, before anything is created', async () => {
    const existing = [dataset({ id: id(7), createdAt: 2 }), dataset({ id: id(6), createdAt: 1 })]
    const reused = creating({ existing }, { if_exists: 'reuse' })
    expect(await reused.ended).toContain('Reusing the existing')
    expect([reused.calls, reused.step.reporter.outputs['dataset_id']]).toEqual([[], id(7)])
    const failed = creating({ existing }, { if_exists: 'fail' })
    expect(await rejection(failed.ended)).toMatchObject({ code: 'conflict' })
    const draft = creating({ existing: [dataset({ id: id(7), status: 'DRAFT' })] }, { if_exists: 'reuse' })
    expect(await rejection(draft.ended)).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('is a draft'),
    })
    expect([failed.calls, draft.calls]).toEqual([[], []])
    const beside = creating({ existing })
    await beside.ended
    expect(beside.step.reporter.outputs['dataset_id']).toBe(id(5))
  })

  it('plans the deletion of the draft while it uploads, and none with on_cancel: leave', async () => {
    for (const on_cancel of ['abort', 'leave']) {
      const cancel = new AbortController()
      const reason = new ActionError('cancelled', 'The workflow was cancelled.')
      const upload = async () => {
        cancel.abort(reason)
        cancel.signal.throwIfAborted()
      }
      const { ended, step } = creating({ signal: cancel.signal, upload }, { on_cancel })
      expect(await rejection(ended)).toBe(reason)
      const plan = { kind: 'creation', from: 'files', name: 'Cats', datasetId: id(5), abort: on_cancel === 'abort' }
      expect(step.undo.open).toMatchObject(plan)
      expect(step.saved.at(-1)).toEqual(step.undo.open)
    }
  })
})

describe('create-from-files, when something goes wrong', () => {
  it('asks for the processing again where the first request left no trace', async () => {
    let asked = 0
    const { ended, calls } = creating({
      process: async (begin) => {
        asked += 1
        if (asked === 1) throw lostReply()
        begin()
      },
    })
    await ended
    expect(calls.filter((call) => call === 'process')).toHaveLength(2)
  })

  it('passes on what is no failure of the service', async () => {
    const bug = new TypeError('a bug of ours')
    expect(await rejection(creating({ upload: async () => Promise.reject(bug) }).ended)).toBe(bug)
  })

  it('names the draft where there was nothing else to do', async () => {
    const upload = async () => Promise.reject(new ActionError('operation_failed', 'It failed.'))
    const error = await rejection(creating({ upload }).ended)
    expect(error).toMatchObject({ todo: expect.stringMatching(/^Dataset "Cats" .* remains, as a draft/) })
  })
})
