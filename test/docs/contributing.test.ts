import { globSync, readdirSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { codeWords, fileText } from './documents.ts'

const CONTRIBUTING = fileText('.github/CONTRIBUTING.md')
const ROOT = join(import.meta.dirname, '../..')

/** The rooms from the top floor down, as the page gives them: those on one floor do not import each other. */
const FLOORS = (/^`main`, `post` > .*$/m.exec(CONTRIBUTING)?.[0] ?? '').split(' > ').map(codeWords)

/** The room of a file below `src`: its folder, or its own name where it lies at the top. */
function roomOf(path: string): string {
  return path.split('/')[1]?.replace(/\.ts$/, '') ?? ''
}

function floorOf(path: string): number {
  const floor = FLOORS.findIndex((rooms) => rooms.includes(roomOf(path)))
  expect(floor, `the floor of ${path}`).toBeGreaterThanOrEqual(0)
  return floor
}

const FILES = globSync('src/**/*.ts', { cwd: ROOT }).map((path) => path.replaceAll('\\', '/'))

function importsOf(path: string): string[] {
  return importsIn(fileText(path))
}

function importsIn(text: string): string[] {
  return [...text.matchAll(/(?:\bfrom |^import |\bimport\()'([^']+)'/gm)].map(({ 1: name = '' }) => name)
}

describe('CONTRIBUTING.md', () => {
  it('names every room of src, and no other', () => {
    const rooms = readdirSync(join(ROOT, 'src')).map((name) => name.replace(/\.ts$/, ''))
    expect(FLOORS.flat().sort()).toEqual(rooms.sort())
    for (const room of rooms) expect(CONTRIBUTING).toMatch(new RegExp(`src/${room}(?:/|\\.ts)\\s`))
  })

  it('is right that imports go down only', () => {
    const up = FILES.flatMap((path) =>
      importsOf(path)
        .filter((name) => name.startsWith('.'))
        .map((name) => posix.join(posix.dirname(path), name))
        .filter(
          (target) => target.startsWith('src/') && roomOf(target) !== roomOf(path) && floorOf(target) <= floorOf(path),
        )
        .map((target) => `${path} imports ${target}`),
    )
    expect(FILES.length).toBeGreaterThan(50)
    expect(up).toEqual([])
  })

  it('is right that the post step can run no operation but a restore', () => {
    const reached = new Set(['src/post.ts'])
    for (const path of reached) {
      const text = fileText(path).replace(/^import type .*$/gm, '')
      for (const name of importsIn(text)) if (name.startsWith('.')) reached.add(posix.join(posix.dirname(path), name))
    }
    const defines = (path: string) => / = operation\(\{$/m.test(fileText(path))
    expect(FILES.filter(defines).length).toBeGreaterThan(10)
    expect([...reached].filter(defines)).toEqual(['src/operations/restore.ts'])
  })

  it("is right that only src/runner knows GitHub's packages", () => {
    const outside = FILES.filter((path) => !path.startsWith('src/runner/'))
    const inside = FILES.filter((path) => path.startsWith('src/runner/'))
    const knows = (path: string) => importsOf(path).some((name) => name.includes('@actions/'))
    expect(outside.filter(knows)).toEqual([])
    expect(inside.some(knows)).toBe(true)
  })
})
