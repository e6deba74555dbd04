import { describe, expect, it } from 'vitest'
import { archiveName, startExport, startOf } from '../../../src/operations/export/start-export.ts'
import type { ExportStart, ExportTask } from '../../../src/visual-layer/exports.ts'
import { RequestFailure } from '../../../src/visual-layer/failure.ts'
import { request } from '../../inputs/step-inputs.ts'
import { failureOf } from '../../failure-of.ts'
import { rejection } from '../../visual-layer/loopback.ts'
import { exportTask, id, lostReply, neverSent, rejected, SOURCE } from '../../visual-layer/samples.ts'
import { fakeStep } from '../fake-step.ts'

const workspace = process.cwd()

function starting(...answers: (ExportTask | Error)[]) {
  const sent: ExportStart[] = []
  const step = fakeStep({
    api: {
      exports: {
        start: async (datasetId, start) => {
          expect(datasetId).toBe(SOURCE)
          const answer = answers[sent.length]
          sent.push(start)
          if (answer === undefined) throw new Error('started more often than the test expects')
          if (answer instanceof Error) throw answer
          return answer
        },
      },
    },
  })
  return {
    step,
    sent,
    start: (inputs = {}) => startExport(step, SOURCE, startOf(request('export', inputs, workspace))),
  }
}

/** The rejection of an export with HTTP 200 and `{"error": ...}`. */
const inside200 = (words: string) =>
  new RequestFailure('rejected', 'rejected', { apiWords: words }, { transient: false, effect: 'none', status: 200 })

describe('the start of an export', () => {
  it('asks for what the inputs say', async () => {
    const { start, sent } = starting(exportTask(), exportTask())
    await start()
    await start({ media_ids: id(1), cluster_ids: id(2), exclude_media_ids: id(3), export_format: 'parquet' })
    expect(sent).toMatchObject([
      {
        fileName: 'visual-layer-export.zip',
        format: 'json',
        includeImages: false,
        selection: undefined,
        vql: undefined,
      },
      { format: 'parquet', selection: { mediaIds: [id(1)], clusterIds: [id(2)], excludeMediaIds: [id(3)] } },
    ])
  })

  it.each([
    ['a lost reply', lostReply(), /its export is ignored/],
    ['HTTP 503', rejected(503), /its export is ignored/],
    ['a refused connection', neverSent(), /Retrying \(1 of 3\)\.$/],
    ['HTTP 429', rejected(429), /Retrying \(1 of 3\)\.$/],
  ])('is repeated after %s: an export changes nothing, and cannot be looked for', async (_, fault, line) => {
    const { start, sent, step } = starting(fault, exportTask())
    expect(await start()).toMatchObject({ id: id(300) })
    expect(sent).toHaveLength(2)
    expect(step.reporter.lines[0]).toMatch(line)
  })

  it('is repeated max_retries times, within the deadline', async () => {
    const many = starting(...Array.from({ length: 9 }, () => rejected(503)))
    expect(await rejection(many.start())).toMatchObject({ code: 'server_error' })
    expect(many.sent).toHaveLength(4)
    const late = starting(rejected(429, '', 10_000_000))
    expect(await rejection(late.start())).toMatchObject({ code: 'server_error' })
    expect(late.sent).toHaveLength(1)
  })

  it.each([401, 403, 404, 409])('is not repeated after HTTP %d', async (status) => {
    const { start, sent } = starting(rejected(status))
    expect(await rejection(start())).toMatchObject({ outcome: { status } })
    expect(sent).toHaveLength(1)
  })

  it.each(['Export of 1200000 entities exceeds threshold', 'No entities found'])(
    'rejected inside HTTP 200 reads as a REJECTED export: %s',
    async (words) => {
      expect(await starting(inside200(words)).start()).toMatchObject({ state: 'REJECTED', id: undefined, words })
    },
  )

  it.each([
    [422, 'body.media_selection: Value must not be empty'],
    [400, 'There is no entity type named MEDIA'],
    [422, 'query.vql: no such field in media items'],
    [400, 'vql: nothing follows "op"'],
  ])('that is wrong in itself (HTTP %d, %s) is never taken for one that matches nothing', async (status, words) => {
    const error = await failureOf(starting(rejected(status, words)).start({ allow_empty: 'true' }))
    expect(error).toMatchObject({ code: 'rejected', apiWords: words })
  })
})

it('the ZIP is named after the artifact, and is a ZIP', () => {
  const nameOf = (artifact_name: string) => archiveName(request('export', { artifact_name }, workspace))
  expect([nameOf('nightly'), nameOf('nightly.zip'), nameOf('nightly.ZIP'), nameOf('v1.2')]).toEqual([
    'nightly.zip',
    'nightly.zip',
    'nightly.ZIP',
    'v1.2.zip',
  ])
})
