import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCsv } from '../../../src/operations/annotations/csv.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'vl-csv-'))
})

afterAll(() => rm(folder, { recursive: true }))

async function read(content: string | Buffer, chunkBytes?: number) {
  const file = path.join(folder, 'rows.csv')
  await writeFile(file, content)
  const rows: (readonly string[])[] = []
  const lines: number[] = []
  const take = (fields: readonly string[], line: number) => {
    rows.push(fields)
    lines.push(line)
  }
  const broken = await readCsv(file, new AbortController().signal, take, chunkBytes)
  return { rows, lines, broken }
}

describe('readCsv', () => {
  it('takes quotes, line breaks in fields, a byte order mark, CRLF and blank lines', async () => {
    const text = '\uFEFFfilename,label\r\na.jpg,"say ""hi"", twice"\r\n\r\n"b\r\nc\nd.jpg",\r\ne.jpg,é😀'
    expect(await read(text)).toEqual({
      rows: [
        ['filename', 'label'],
        ['a.jpg', 'say "hi", twice'],
        ['b\r\nc\nd.jpg', ''],
        ['e.jpg', 'é😀'],
      ],
      lines: [1, 2, 4, 7],
      broken: undefined,
    })
  })

  it('gives back any rows, with the lines they begin on, however they are written and read', async () => {
    const character = fc.oneof(
      fc.constantFrom('"', ',', '\n', '\r', '\r\n', ' ', ';', '\uFEFF'),
      fc.string({ unit: 'grapheme' }),
    )
    const field = fc.array(character, { maxLength: 6 }).map((parts) => parts.join('').toWellFormed())
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 4 }).chain((width) =>
          fc.array(fc.array(fc.record({ field, quoted: fc.boolean() }), { minLength: width, maxLength: width }), {
            minLength: 1,
            maxLength: 8,
          }),
        ),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: 1, max: 40 }),
        async (cells, end, mark, ended, chunkBytes) => {
          const written = cells.map((row) =>
            row
              .map(({ field: text, quoted }) =>
                quoted || /[",\r\n\uFEFF]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text,
              )
              .join(','),
          )
          const text = (mark ? '\uFEFF' : '') + written.join(end) + (ended ? end : '')
          const { rows, lines, broken } = await read(text, chunkBytes)
          expect(broken).toBeUndefined()
          expect(rows).toEqual(cells.map((row) => row.map((cell) => cell.field)))
          const begins = written.map(
            (_, index) => (written.slice(0, index).join(end) + end).match(/\r\n|\r|\n/g)?.length ?? 0,
          )
          expect(lines).toEqual(begins.map((before, index) => (index === 0 ? 1 : before + 1)))
        },
      ),
      { numRuns: 300 },
    )
  })

  it.each([
    ['a quote that is never closed', 'a,b\r\n"1\r\n2",3\r\n"4,5\r\n6,7\r\n', 4, 2],
    ['a row that is too short', 'a,b\n1,2\n3\n4,5\n', 3, 2],
    ['a row that is too long', 'a,b\n\n"1\n",2\n3,4,5\n', 5, 2],
    ['text after a quote', 'a,b\n1,"2"x\n', 2, 1],
    ['a quote inside of a field', 'a,b\n1,2\n3,4"5\n', 3, 2],
    ['a row without end', `a,b\n1,2\n3,${'4'.repeat(2_000_000)}`, 3, 2],
  ])('reports the line of %s, after the rows before it', async (_, text, line, rows) => {
    const found = await read(text)
    expect(found.rows).toHaveLength(rows)
    expect(found.broken).toEqual({ line, why: expect.stringMatching(/^it is not CSV \((?!.* line \d)/) })
  })

  it.each([
    ['in the middle', Buffer.concat([Buffer.from('a,b\n1,2\n3,'), Buffer.from([0xe9]), Buffer.from('x\n4,5\n')]), 3],
    ['at the end', Buffer.concat([Buffer.from('a,b\n1,2\n3,'), Buffer.from([0xe2, 0x82])]), 3],
    ['as UTF-16', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('a,b\n', 'utf16le')]), 1],
  ])('reports the line of bytes that are no UTF-8, %s', async (_, bytes, line) => {
    expect((await read(bytes)).broken).toEqual({ line, why: 'it is not UTF-8 text' })
    expect((await read(bytes, 5)).broken).toMatchObject({ line })
  })

  it('finds no row in an empty file', async () => {
    expect(await read('')).toEqual({ rows: [], lines: [], broken: undefined })
    expect(await read('\n\r\n')).toEqual({ rows: [], lines: [], broken: undefined })
  })

  it('fails with the system’s reason where there is no file, and with the signal’s', async () => {
    const nothing = path.join(folder, 'nothing.csv')
    await expect(readCsv(nothing, new AbortController().signal, () => {})).rejects.toMatchObject({ code: 'ENOENT' })
    const reason = new Error('enough')
    await expect(readCsv(nothing, AbortSignal.abort(reason), () => {})).rejects.toBe(reason)
  })
})
