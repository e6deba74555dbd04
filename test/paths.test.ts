import { posix, win32 } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { relativePattern } from '../src/inputs/file-patterns.ts'
import { below, folded, isPlain, safeName, slashed } from '../src/paths.ts'

describe('below', () => {
  it.each([
    ['/repo', 'a/b.zip', 'a/b.zip'],
    ['/repo', '/repo/a', 'a'],
    ['/repo/', '.', ''],
    ['/', '/etc', 'etc'],
    ['/repo', 'a\\b', 'a\\b'],
    ['/repo', '...', '...'],
    ['/repo', '..', undefined],
    ['/repo', '../repo-2', undefined],
    ['/repo', '/etc', undefined],
    ['/repo', '/Repo/a', undefined],
  ])('on Linux and macOS: in %s, %s is %s', (folder, path, told) => {
    expect(below(folder, path, posix)).toBe(told)
  })

  it.each([
    ['D:\\a\\repo', 'out\\nightly', 'out/nightly'],
    ['D:\\a\\repo', 'out/nightly', 'out/nightly'],
    ['D:\\a\\repo', 'd:\\A\\REPO\\out', 'out'],
    ['D:\\a\\repo', 'D:out', 'out'],
    ['D:\\a\\repo', '.', ''],
    ['D:\\a\\repo', '..\\repo-2', undefined],
    ['D:\\a\\repo', 'C:\\Windows', undefined],
    ['D:\\a\\repo', '\\\\server\\share\\x', undefined],
    ['D:\\a\\repo', '\\x', undefined],
  ])('on Windows: in %s, %s is %s', (folder, path, told) => {
    expect(below(folder, path, win32)).toBe(told)
  })

  it.each([posix, win32])('never leads out, whatever the path', (flavour) => {
    const folder = flavour.sep === '/' ? '/job/repo' : 'D:\\job\\repo'
    const part = fc.constantFrom('..', '.', 'a', 'b c', '/', '\\', 'C:', '...', '')
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), fc.constantFrom('/', flavour.sep), (parts, separator) => {
        const told = below(folder, parts.join(separator), flavour)
        if (told === undefined || told === '') return
        expect(told.split('/')).not.toContain('..')
        expect(flavour.resolve(folder, told).startsWith(folder + flavour.sep)).toBe(true)
      }),
    )
  })
})

describe('slashed', () => {
  it('leaves a backslash alone where it is part of a name', () => {
    expect(slashed('a\\b/c', posix)).toBe('a\\b/c')
    expect(slashed('a\\b/c', win32)).toBe('a/b/c')
  })
})

describe('patterns of files on Windows', () => {
  const workspace = 'D:\\a\\repo'

  it.each([
    ['images\\*.jpg', 'images/*.jpg'],
    ['.\\images\\**', 'images/**'],
    ['D:\\a\\repo\\images\\*.jpg', 'images/*.jpg'],
    ['d:\\A\\Repo\\images\\*.jpg', 'images/*.jpg'],
    ['D:/a/repo', '**'],
    ['!images\\skip.*', '!images/skip.*'],
  ])('%s is %s', (given, meant) => {
    expect(relativePattern(given, workspace, win32)).toBe(meant)
  })

  it.each(['..\\x', 'images\\..\\..\\x', 'C:\\Windows\\*', 'D:\\a\\repo-2\\x', '\\\\server\\share\\*', '~\\x'])(
    '%s leads out of the workspace',
    (given) => {
      expect(relativePattern(given, workspace, win32)).toBeUndefined()
    },
  )
})

describe('safeName', () => {
  it.each([
    ['clip_2026-01-02T03:04:05.mp4', 'clip_2026-01-02T03_04_05.mp4'],
    ['CON', 'CON_'],
    ['nul.txt', 'nul_.txt'],
    ['com1 .log', 'com1 _.log'],
    ['LPT¹', 'LPT¹_'],
    ['console', 'console'],
    ['name.', 'name_'],
    ['name . ', 'name___'],
    ['a"b<c>d|e*f?g', 'a_b_c_d_e_f_g'],
    ['line\nend', 'line_end'],
    ['Überraschung.png', 'Überraschung.png'],
  ])('makes of %j %j', (name, safe) => {
    expect(safeName(name)).toBe(safe)
  })

  it('takes no longer for a name that is made to keep it busy', () => {
    const name = `${'. '.repeat(200_000)}x`
    expect(safeName(name)).toBe(name)
    expect(safeName(`con${' '.repeat(200_000)}.`)).toMatch(/^con_+$/)
  })

  it('makes of any name one that Windows and an artifact take, and leaves that alone', () => {
    const odd = fc.constantFrom(
      'CON',
      'aux',
      'nul',
      'com1',
      '.',
      ' ',
      ':',
      '\u0000',
      '\u007f',
      'é',
      '🐱',
      '*',
      '~',
      'a',
    )
    fc.assert(
      fc.property(fc.array(odd, { minLength: 1, maxLength: 8 }), (parts) => {
        const safe = safeName(parts.join(''))
        expect(safe).not.toMatch(/[":<>|*?\p{Cc}]|[. ]$/u)
        expect(safe).not.toMatch(/^(?:con|prn|aux|nul|com\d|lpt\d) *(?:\.|$)/i)
        expect(safeName(safe)).toBe(safe)
      }),
    )
  })
})

describe('names that fall together', () => {
  it.each([
    ['Images/A.png', 'images/a.PNG'],
    ['café.png', 'cafe\u0301.png'],
    ['straße', 'STRASSE'],
  ])('%s and %s do on some disk', (one, other) => {
    expect(folded(one)).toBe(folded(other))
  })

  it.each([
    ['a.png', 'b.png'],
    ['cafe.png', 'café.png'],
  ])('%s and %s do not', (one, other) => {
    expect(folded(one)).not.toBe(folded(other))
  })
})

describe('isPlain', () => {
  it.each(['a', 'a/b.png', '.hidden/x', 'a b/ü'])('takes %s', (path) => {
    expect(isPlain(path)).toBe(true)
  })

  it.each(['', '/a', 'a/', 'a//b', '..', 'a/../b', './a', 'C:/x', 'a\\b', 'a\0b'])('rejects %j', (path) => {
    expect(isPlain(path)).toBe(false)
  })
})
