import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readRows } from '../../../src/export/records/parquet.ts'
import { failureOf } from '../../failure-of.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parquet-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

async function rowsOf(bytes: ArrayBuffer, sliceBytes?: number): Promise<unknown[]> {
  const path = join(folder, 'metadata.parquet')
  await writeFile(path, Buffer.from(bytes))
  const rows: unknown[] = []
  for await (const row of readRows(path, 'metadata.parquet', undefined, sliceBytes)) rows.push(row)
  return rows
}

describe('the rows of a parquet file', () => {
  it('are the same whatever the row groups, pages and slices they are read in', async () => {
    const cell = fc.record({
      name: fc.option(fc.string({ maxLength: 30 })),
      kind: fc.constantFrom('image', 'video'),
      height: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      score: fc.double({ noNaN: true }),
    })
    const table = fc.array(cell, { minLength: 1, maxLength: 200, size: 'max' })
    const sizes = fc.record({
      rowGroupSize: fc.integer({ min: 1, max: 250 }),
      pageSize: fc.integer({ min: 10, max: 2_000 }),
      sliceBytes: fc.integer({ min: 50, max: 5_000 }),
    })
    await fc.assert(
      fc.asyncProperty(table, sizes, async (records, { rowGroupSize, pageSize, sliceBytes }) => {
        const columnData = [
          { name: 'name', data: records.map(({ name }) => name), type: 'STRING' as const },
          { name: 'kind', data: records.map(({ kind }) => kind), type: 'STRING' as const },
          { name: 'height', data: records.map(({ height }) => height), type: 'INT64' as const },
          { name: 'score', data: records.map(({ score }) => score), type: 'DOUBLE' as const },
        ]
        const bytes = parquetWriteBuffer({ columnData, rowGroupSize, pageSize })
        expect(await rowsOf(bytes, sliceBytes)).toEqual(records)
      }),
      { numRuns: 60 },
    )
  })

  it('may hold lists', async () => {
    const labels = Array.from({ length: 50 }, (_, n) => (n % 3 === 0 ? [] : [`a${n}`, 'b']))
    const bytes = parquetWriteBuffer({
      schema: [
        { name: 'root', num_children: 2 },
        { name: 'id', type: 'INT32', repetition_type: 'REQUIRED' },
        { name: 'labels', repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        { name: 'element', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
      ],
      columnData: [
        { name: 'id', data: labels.map((_, n) => n) },
        { name: 'labels', data: labels },
      ],
      rowGroupSize: 20,
    })
    expect(await rowsOf(bytes, 50)).toEqual(labels.map((list, id) => ({ id, labels: list })))
  })

  it('are not read where they are more than a file of its size can hold', async () => {
    const alike = (rows: number) =>
      parquetWriteBuffer({
        columnData: [{ name: 'id', data: new Int32Array(rows), type: 'INT32' }],
        rowGroupSize: rows,
      })
    expect(await rowsOf(alike(50_000))).toHaveLength(50_000)
    const error = await failureOf(rowsOf(alike(3_000_000)))
    expect(error).toMatchObject({ code: 'corrupt_download' })
    expect(error.message).toMatch(/claims to hold 3000000 rows in \d{2,4} bytes/)
  })
})
