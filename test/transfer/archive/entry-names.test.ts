import { posix, win32 } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ActionError } from '../../../src/errors.ts'
import { placeNames } from '../../../src/transfer/archive/entry-names.ts'

const entry = (name: string) => ({ name, attributes: 0 })

function pathOf(name: string): string | undefined {
  return placeNames([entry(name)])[0]?.path
}

describe('a safe name', () => {
  it.each([
    ['metadata.json', 'metadata.json'],
    ['images/a b.png', 'images/a b.png'],
    ['images\\a.png', 'images/a.png'],
    ['./images//a.png', 'images/a.png'],
    ['%2e%2e/a', '%2e%2e/a'],
    ['..a/b..c', '..a/b..c'],
    ['.hidden', '.hidden'],
    ['ab:c|d?e*f<g>h"i', 'ab_c_d_e_f_g_h_i'],
    ['line\r\nbreak\u0007', 'line__break_'],
    ['trailing. ./x', 'trailing___/x'],
    ['CON', 'CON_'],
    ['com1.tar.gz', 'com1_.tar.gz'],
    ['console.txt', 'console.txt'],
    ['lone \uD800', 'lone \uFFFD'],
    ['日本/é.png', '日本/é.png'],
  ])('%j is at %j', (name, path) => {
    expect(pathOf(name)).toBe(path)
  })

  it('is cut where a file system could not hold it, keeping its extension', () => {
    const path = pathOf(`${'é'.repeat(200)}.jpeg`) ?? ''
    expect(Buffer.byteLength(path)).toBeLessThanOrEqual(255)
    expect(path).toMatch(/^é+~[0-9a-f]{8}\.jpeg$/)
  })

  it('distinguishes folders from files', () => {
    expect(
      placeNames([entry('a/'), entry('b\\'), entry('c'), entry('./')]).map(({ kind, path }) => [kind, path]),
    ).toEqual([
      ['folder', 'a'],
      ['folder', 'b'],
      ['file', 'c'],
      ['folder', ''],
    ])
  })
})

describe('names that fall together', () => {
  const paths = (...names: string[]) => placeNames(names.map(entry)).map(({ path }) => path)

  it.each([
    ['12:30.png', '12?30.png'],
    ['A.png', 'a.png'],
    ['caf\u00e9', 'cafe\u0301'],
    ['straße', 'STRASSE'],
    ['CON', 'CON_'],
    ['images/x', 'IMAGES/X'],
  ])('%j and %j both get a suffix, whatever their order', (one, other) => {
    const [first, second] = paths(one, other)
    expect(first?.toLowerCase().normalize('NFC')).not.toBe(second?.toLowerCase().normalize('NFC'))
    expect(first).toMatch(/~[0-9a-f]{8}/)
    expect(paths(other, one)).toEqual([second, first])
  })

  it('moves a file out of the way of a folder that differs in case only', () => {
    const [file, inner] = paths('Images', 'images/a.png')
    expect(file).toMatch(/^Images~[0-9a-f]{8}$/)
    expect(inner).toBe('images/a.png')
  })

  it('are rejected when a name was made to meet a suffix', () => {
    const [taken = ''] = paths('12:30', '12?30')
    expect(() => paths('12:30', '12?30', taken)).toThrow(ActionError)
  })
})

describe('whatever the names', () => {
  const piece = fc.constantFrom(
    '..',
    '.',
    '/',
    '\\',
    ' ',
    'a',
    'A',
    ':',
    'C:',
    '\0',
    '...',
    '~',
    '\u200b',
    'con',
    '_',
    '\n',
    '"',
    '%2e',
    '.png',
    'é',
    '\uD800',
  )
  const name = fc.oneof(
    fc.array(piece, { maxLength: 8 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary', maxLength: 20 }),
  )

  it('each is strictly inside the folder on every system, or all are rejected', () => {
    fc.assert(
      fc.property(fc.array(name, { maxLength: 4 }), (names) => {
        let places: { kind: 'file' | 'folder'; path: string }[]
        try {
          places = placeNames(names.map(entry))
        } catch (error) {
          expect(error).toMatchObject({ code: 'unsafe_archive' })
          return
        }
        for (const { kind, path } of places) {
          if (path === '' && kind === 'folder') continue
          expect(posix.resolve('/root', path)).toBe(`/root/${path}`)
          expect(win32.resolve('C:\\root', path)).toBe(`C:\\root\\${path.replaceAll('/', '\\')}`)
          for (const segment of path.split('/')) {
            expect(segment).toMatch(/^[^"<>:|*?\\\p{Cc}]*[^"<>:|*?\\\p{Cc}. ]$/u)
            expect(Buffer.byteLength(segment)).toBeLessThanOrEqual(255)
          }
        }
      }),
      { numRuns: 5000 },
    )
  })

  it('no two files share a place, even where case does not count', () => {
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 6 }), (names) => {
        let files: string[]
        try {
          files = placeNames(names.map(entry)).flatMap(({ kind, path }) =>
            kind === 'file' ? [path.normalize('NFC').toLowerCase()] : [],
          )
        } catch {
          return
        }
        expect(new Set(files).size).toBe(files.length)
        for (const file of files) expect(files.filter((other) => other.startsWith(`${file}/`))).toEqual([])
      }),
      { numRuns: 5000 },
    )
  })
})
