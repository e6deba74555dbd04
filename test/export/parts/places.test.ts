import { posix } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nameOfPart, type PartFiles, planPlaces, type Reserved } from '../../../src/export/parts/places.ts'
import { failureOf } from '../../failure-of.ts'

const none: Reserved = { folders: [], isFile: (path) => path === 'manifest.json' }

/** Parts of files that are given by their paths and a letter each that stands for what they hold. */
async function plan(parts: readonly Record<string, string>[], reserved = none) {
  const given = parts.map(
    (files, index): PartFiles => ({
      index,
      number: index + 1,
      files: Object.entries(files).map(([path, letter]) => ({ path, size_bytes: letter.length, crc32: letter })),
    }),
  )
  const places = await planPlaces(async function* () {
    yield* given
  }, reserved)
  return parts.map((files, index) => Object.keys(files).map((path) => places.of(index, path)))
}

describe('the places of the files of parts', () => {
  it.each<[string, Record<string, string>[], (string | undefined)[][]]>([
    [
      'are their own where they differ',
      [{ 'images/a': 'x' }, { 'images/b': 'x', a: 'x' }],
      [['images/a'], ['images/b', 'a']],
    ],
    ['are one for the same file', [{ 'i/a.png': 'x' }, { 'i/a.png': 'x' }], [['i/a.png'], [undefined]]],
    ['are new for another file', [{ 'i/a.png': 'x' }, { 'i/a.png': 'y' }], [['i/a.png'], ['i/a~2.png']]],
    ['are told apart by the size too', [{ a: 'x' }, { a: 'xx' }], [['a'], ['a~2']]],
    [
      'are one for each content',
      [{ 'a.png': 'x' }, { 'a.png': 'y' }, { 'a.png': 'y' }, { 'a.png': 'x' }, { 'a.png': 'z' }],
      [['a.png'], ['a~2.png'], [undefined], [undefined], ['a~5.png']],
    ],
    [
      'do not depend on case',
      [{ 'I/A.PNG': 'x' }, { 'i/a.png': 'y' }, { 'I/a.png': 'x' }],
      [['I/A.PNG'], ['i/a~2.png'], [undefined]],
    ],
    ['do not depend on how accents are composed', [{ '\u00e9': 'x' }, { 'e\u0301': 'y' }], [['\u00e9'], ['e\u0301~2']]],
    [
      'avoid names that are taken, before and after',
      [{ 'a.png': 'x', 'A~3.png': 'q' }, {}, { 'a.png': 'y' }, { 'a~3~2.png': 'z' }],
      [['a.png', 'A~3.png'], [], ['a~3~3.png'], ['a~3~2.png']],
    ],
    ['leave a folder to a part that needs it', [{ A: 'x' }, { 'a/b': 'y' }], [['A~1'], ['a/b']]],
    ['leave a folder to a part that needs it first', [{ 'a/b': 'y' }, { a: 'x' }], [['a/b'], ['a~2']]],
    [
      'leave the place of the manifest',
      [{ 'Manifest.json': 'x' }, { 'manifest.json': 'x' }],
      [['Manifest~1.json'], [undefined]],
    ],
  ])('%s', async (_, parts, places) => {
    expect(await plan(parts)).toEqual(places)
  })

  it('leave its folder and its files to the merge itself', async () => {
    const reserved: Reserved = { folders: ['metadata'], isFile: (path) => path === 'metadata/part-1' }
    expect(await plan([{ metadata: 'x', 'Metadata/Part-1': 'y', 'metadata/other': 'z' }], reserved)).toEqual([
      ['metadata~1', 'Metadata/Part-1~1', 'metadata/other'],
    ])
  })

  it('are none where a part has a folder that must be a file', async () => {
    const error = await failureOf(plan([{ 'Manifest.JSON/a': 'x' }]))
    expect(error).toMatchObject({ code: 'unexpected_reply', message: expect.stringContaining('manifest.json') })
  })

  it('fit a file system', () => {
    const name = nameOfPart(`images/${'é'.repeat(125)}.jpeg`, 1234, 2)
    expect(name).toMatch(/^images\/é+~1234~2\.jpeg$/)
    expect(Buffer.byteLength(posix.basename(name))).toBeLessThanOrEqual(255)
    expect(nameOfPart('.hidden', 2)).toBe('.hidden~2')
    expect(nameOfPart('v1.2/file', 2)).toBe('v1.2/file~2')
  })

  const segment = fc.constantFrom('a', 'A', 'b', 'a~2', 'a~3', 'manifest.json', 'b.png', 'b~2.png', 'é', 'e\u0301')
  const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => segments.join('/'))
  /** As an archive may hold them: no two fall together, and none is where another needs a folder. */
  const part = fc.array(fc.tuple(path, fc.constantFrom('x', 'y')), { maxLength: 6 }).map((files) => {
    const kept: Record<string, string> = {}
    const taken = new Set<string>(['manifest.json'])
    const above = new Set<string>()
    for (const [name, letter] of files) {
      const key = fold(name)
      const folders = foldersOf(key)
      if (taken.has(key) || above.has(key) || folders.some((folder) => taken.has(folder))) continue
      taken.add(key)
      for (const folder of folders) above.add(folder)
      kept[name] = letter
    }
    return kept
  })

  it('hold every file of every part, apart from each other on any disk', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 5 }), async (parts) => {
        const places = await plan(parts)
        expect(await plan(parts)).toEqual(places)
        const held = new Map<string, string>()
        const contents = new Map<string, Set<string>>()
        for (const [index, files] of parts.entries()) {
          for (const [at, [name, letter]] of Object.entries(files).entries()) {
            const place = places[index]?.[at]
            const known = contents.get(fold(name)) ?? new Set()
            contents.set(fold(name), known)
            expect(place === undefined).toBe(known.has(letter))
            known.add(letter)
            if (place === undefined) continue
            expect(held.has(fold(place))).toBe(false)
            held.set(fold(place), letter)
            if (place !== name) expect(place).toMatch(new RegExp(`~${index + 1}(~\\d+)?(\\.png|\\.json)?$`))
          }
        }
        for (const place of held.keys()) for (const folder of foldersOf(place)) expect(held.has(folder)).toBe(false)
        expect(held.has('manifest.json')).toBe(false)
      }),
      { numRuns: 2000 },
    )
  })
})

function fold(name: string): string {
  return name.normalize('NFC').toLowerCase()
}

function foldersOf(name: string): string[] {
  const folder = posix.dirname(name)
  return folder === '.' ? [] : [folder, ...foldersOf(folder)]
}
