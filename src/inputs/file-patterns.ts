import native, { type PlatformPath } from 'node:path'
import { below, slashed } from '../paths.ts'
import { quoted } from './faults.ts'
import { parsed } from './fields.ts'

const RULE =
  'it must be file patterns, one a line, relative to the workspace, such as images/**/*.jpg; ! at the start of a line excludes'

/**
 * File patterns, one a line, for @actions/glob: relative to the workspace and with `/`. Absolute ones are taken where they lie in
 * the workspace, since `${{ github.workspace }}` makes such. Blank lines and comments (`#`) are dropped.
 */
export function filePatterns(workspace: string) {
  return parsed<readonly string[]>(RULE, (text) => {
    const lines = text.split(/\r\n|\r|\n/).map((line) => line.trim())
    const patterns: string[] = []
    for (const line of lines) {
      if (line === '' || line.startsWith('#')) continue
      const pattern = relativePattern(line, workspace)
      if (pattern === undefined) return { broken: `${RULE}; ${quoted(line)} leads out of the workspace` }
      patterns.push(pattern)
    }
    return patterns.some((pattern) => !pattern.startsWith('!'))
      ? { value: patterns }
      : { broken: `${RULE}; every line of it excludes, so that nothing is left` }
  })
}

/**
 * A pattern relative to the workspace, with `/`; `undefined` where it cannot stay inside. `flavour` is the system's own way with
 * paths, but for tests of another one.
 */
export function relativePattern(line: string, workspace: string, flavour: PlatformPath = native): string | undefined {
  const [, marks = '', rest = ''] = /^([!\s]*)(.*)$/s.exec(line) ?? []
  // An even number of marks excludes nothing.
  const exclude = marks.replaceAll(/\s/g, '').length % 2 === 1 ? '!' : ''
  const root = slashed(flavour.resolve(workspace), flavour).replace(/\/$/, '')
  let pattern = slashed(rest, flavour)
  // Windows takes upper and lower case for one.
  const known = (place: string) => (flavour.sep === '\\' ? place.toLowerCase() : place)
  if (known(`${pattern}/`).startsWith(known(`${root}/`))) pattern = pattern.slice(root.length + 1)
  else if (flavour.isAbsolute(rest) || pattern.startsWith('/')) return undefined
  pattern = pattern.replace(/^(?:\.\/+)+/, '').replace(/\/\.(?=\/|$)/g, '')
  if (pattern === '~' || pattern.startsWith('~/') || pattern.split('/').includes('..')) return undefined
  return `${exclude}${pattern === '' || pattern === '.' ? '**' : pattern}`
}

const ARCHIVE_RULE = 'it must be the path of one .zip, .tar or .tar.gz in the workspace'

/** The path of an archive, relative to the workspace, which is no pattern. */
export function archivePath(workspace: string) {
  return parsed(ARCHIVE_RULE, (text) => {
    if (/[\p{Cc}]/u.test(text)) return { broken: `${ARCHIVE_RULE}, on one line` }
    const inside = below(workspace, text)
    if (inside === undefined) return { broken: `${ARCHIVE_RULE}, and it leads out of the workspace` }
    return /\.(?:zip|tar|tar\.gz)$/i.test(inside) ? { value: inside } : { broken: ARCHIVE_RULE }
  })
}
