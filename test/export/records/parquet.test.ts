import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NotParquet, readRows, type RowOptions } from '../../../src/export/records/parquet.ts'
import { recordHash } from '../../../src/export/records/canonical.ts'
import { LONG_LIST, LZ4_NULLS, ODD_VALUES } from './parquet-files.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parquet-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

async function rowsOf(bytes: ArrayBuffer | Buffer, options?: RowOptions): Promise<unknown[]> {
  const path = join(folder, 'metadata.parquet')
  await writeFile(path, bytes instanceof ArrayBuffer ? Buffer.from(bytes) : bytes)
  const rows: unknown[] = []
  for await (const row of readRows(path, options)) rows.push(row)
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
        expect(await rowsOf(bytes, { sliceBytes })).toEqual(records)
      }),
      { numRuns: 25 },
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
    expect(await rowsOf(bytes, { sliceBytes: 50 })).toEqual(labels.map((list, id) => ({ id, labels: list })))
  })

  it('are not read where they are more than a file of its size can hold', async () => {
    const alike = (rows: number) =>
      parquetWriteBuffer({
        columnData: [{ name: 'id', data: new Int32Array(rows), type: 'INT32' }],
        rowGroupSize: rows,
      })
    expect(await rowsOf(alike(50_000))).toHaveLength(50_000)
    await expect(rowsOf(alike(3_000_000))).rejects.toThrow(/claims to contain 3000000 rows in \d{2,4} bytes/)
    await expect(rowsOf(alike(300_000))).rejects.toThrow(NotParquet)
    expect(await rowsOf(alike(300_000), { mayRepeat: true })).toHaveLength(300_000)
    await expect(rowsOf(alike(3_000_000), { mayRepeat: true })).rejects.toThrow('claims to contain 3000000 rows')
  })

  it('are not read if a list is longer than a file of its size can contain', async () => {
    const error: unknown = await rowsOf(LONG_LIST).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(NotParquet)
    expect(error).toMatchObject({ message: expect.stringContaining('3000000 values') })
  })

  it('keep bytes that are no text, and all digits of decimals', async () => {
    const byte = (...bytes: number[]) => new Uint8Array(bytes)
    expect(await rowsOf(ODD_VALUES)).toEqual([
      {
        media_id: 'm1',
        a: '12345678901234567.89',
        b: 1003.858,
        l: [1.25, null],
        s: { d: 1.5, x: byte(0xfe) },
        m: { k: byte(0xff) },
      },
      { media_id: byte(0xff, 1), a: -0.1, b: null, l: [], s: null, m: {} },
    ])
    const hashes = [byte(0xff, 0xfe), byte(0xfe, 0xff)].map((x) => recordHash({ x }))
    expect(new Set(hashes).size).toBe(2)
  })

  it('may be nulls alone, packed with LZ4', async () => {
    expect(await rowsOf(LZ4_NULLS)).toEqual([
      { media_id: 'm1', caption: null },
      { media_id: 'm2', caption: null },
    ])
  })

  it('are read, or the failure says what is damaged, whichever byte of the footer is changed', async () => {
    const footerBytes = ODD_VALUES.readUInt32LE(ODD_VALUES.length - 8)
    for (let at = ODD_VALUES.length - 8 - footerBytes; at < ODD_VALUES.length; at += 1) {
      const damaged = Buffer.from(ODD_VALUES)
      damaged[at] = (damaged[at] ?? 0) ^ 0x55
      const outcome = await rowsOf(damaged).catch((error: unknown) => error)
      if (outcome instanceof Error) {
        expect(outcome).toBeInstanceOf(NotParquet)
        expect(outcome.message).toMatch(
          /its footer is damaged \(|its data cannot be read \(|it c(laims to c)?ontains? /,
        )
        expect(outcome.message).not.toMatch(/[.?]\.$/)
      }
    }
  })
})
