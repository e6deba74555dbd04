import { describe, expect, it } from 'vitest'
import { DATASET_ID, faults, mediaIds, operationsWith, OTHER_ID, request } from './step-inputs.ts'

describe('ids', () => {
  it.each([DATASET_ID, '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'])(
    'takes the UUID %s, whatever its version',
    (id) => {
      expect(request('snapshot', { dataset_id: id }).datasetId).toBe(id)
      expect(request('snapshot', { dataset_id: ` ${id.toUpperCase()}\n` }).datasetId).toBe(id)
    },
  )

  it.each([
    `{${DATASET_ID}}`,
    `"${DATASET_ID}"`,
    `' ${DATASET_ID.toUpperCase()} '`,
    `"{${DATASET_ID}}"`,
    `\`${DATASET_ID}\``,
  ])('takes %s, wherever a UUID belongs', (text) => {
    expect(request('restore', { dataset_id: text, snapshot_id: text })).toMatchObject({
      datasetId: DATASET_ID,
      snapshot: { by: 'id', snapshotId: DATASET_ID },
    })
    expect(request('delete-snapshot', { snapshot_id: text }).snapshot).toEqual({ by: 'id', snapshotId: DATASET_ID })
    expect(request('export', { export_id: text }).selection).toEqual({ kind: 'attached', exportId: DATASET_ID })
    expect(mediaIds(`x, ${text}`)).toEqual(['x', DATASET_ID])
  })

  it.each([
    `https://app.visual-layer.com/dataset/${DATASET_ID}`,
    `https://app.visual-layer.com/dataset/${DATASET_ID.toUpperCase()}/data?page=1&id=${OTHER_ID}#top`,
    `"https://app.visual-layer.com/datasets/${DATASET_ID}/"`,
    `http://vl.internal:2080/dataset/${DATASET_ID}/snapshot/${OTHER_ID}`,
    `https://vl.example.com/api/v1/dataset/${DATASET_ID}`,
    `app.visual-layer.com/dataset/${DATASET_ID}/data`,
  ])('takes a dataset from the page %s, and nothing else', (url) => {
    const operations = operationsWith('dataset_id')
    expect(operations.length).toBeGreaterThan(10)
    for (const operation of operations)
      expect(request(operation, { dataset_id: url })).toMatchObject({ datasetId: DATASET_ID })
    for (const input of ['snapshot_id', 'export_id'] as const) {
      expect(faults('export', { [input]: url })).toEqual([expect.stringContaining(`- ${input}: got `)])
    }
  })

  it.each([
    'abc',
    '',
    DATASET_ID.replaceAll('-', ''),
    `${DATASET_ID}0`,
    `${DATASET_ID}\n${OTHER_ID}`,
    `{${DATASET_ID}`,
    `"${DATASET_ID}'`,
    `https://app.visual-layer.com/snapshot/${DATASET_ID}`,
    `https://app.visual-layer.com/?x=/dataset/${DATASET_ID}`,
    `https://app.visual-layer.com/dataset/${DATASET_ID}0`,
    `https://me:pa55@app.visual-layer.com/dataset/${DATASET_ID}`,
    `ftp://app.visual-layer.com/dataset/${DATASET_ID}`,
    `https://app.visual-layer.com/dataset/x\nhttps://app.visual-layer.com/dataset/${DATASET_ID}`,
    '{'.repeat(100_000),
  ])('rejects %j as a dataset', (id) => {
    const [fault, ...more] = faults('snapshot', { dataset_id: id })
    expect(more).toEqual([])
    expect(fault).toMatch(/^- dataset_id: .*UUID.*: dataset_id: 0a1b2c3d-4e5f-6789-abcd-ef0123456789$/)
    expect(fault).not.toContain('pa55')
  })
})
