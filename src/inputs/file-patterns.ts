import native, { type PlatformPath } from 'node:path'
import { below, slashed, withSlashes } from '../paths.ts'
import { quoted } from './faults.ts'
import { linesOf, parsed } from './fields.ts'

const RULE = 'it must be file patterns, one per line, relative to the workspace; ! at the start of a line excludes'

/**
 * File patterns, one per line, for @actions/glob: relative to the workspace and with `/`. Absolute ones are accepted if they are in
 * the workspace, since `${{ github.workspace }}` makes such. Blank lines and comments (`#`) are dropped.
 */
export function filePatterns(workspace: string) {
  return parsed<readonly string[]>(RULE, (text) => {
    const lines = linesOf(text).filter((line) => !line.text.startsWith('#'))
    const patterns = lines.flatMap((line) => relativePattern(line.text, workspace) ?? [])
    if (patterns.length < lines.length) {
      const outside = lines.filter((line) => relativePattern(line.text, workspace) === undefined)
      const problems = outside.map((line) => `line ${line.line}: ${quoted(line.text)} leads outside the workspace`)
      return { broken: RULE, wrongItems: { kind: 'lines', total: lines.length, problems } }
    }
    return patterns.some((pattern) => !pattern.startsWith('!'))
      ? { value: patterns }
      : { broken: `${RULE}, and at least one line must not exclude` }
  })
}

/**
 * A pattern relative to the workspace, with `/`; `undefined` where it cannot stay inside. `flavour` is the system's own way with
 * paths, except in tests of another one.
 */
export function relativePattern(line: string, workspace: string, flavour: PlatformPath = native): string | undefined {
  const [, marks = '', rest = ''] = /^([!\s]*)(.*)$/s.exec(line) ?? []
  // An even number of marks excludes nothing.
  const exclude = marks.replaceAll(/\s/g, '').length % 2 === 1 ? '!' : ''
  const root = slashed(flavour.resolve(workspace), flavour).replace(/\/$/, '')
  let pattern = slashed(separated(rest), flavour)
  // Windows takes upper and lower case for one.
  const known = (place: string) => (flavour.sep === '\\' ? place.toLowerCase() : place)
  if (known(`${pattern}/`).startsWith(known(`${root}/`))) pattern = pattern.slice(root.length + 1)
  else if (flavour.isAbsolute(rest) || pattern.startsWith('/')) return undefined
  pattern = pattern.replace(/^(?:\.\/+)+/, '').replace(/\/\.(?=\/|$)/g, '')
  if (pattern === '~' || pattern.startsWith('~/') || pattern.split('/').includes('..')) return undefined
  return `${exclude}${pattern === '' || pattern === '.' ? '**' : pattern}`
}

/**
 * A pattern with `/` for each backslash that cannot be anything but a Windows separator. Outside of Windows a backslash takes
 * the meaning from a sign of patterns (`\*`), and shells and regular expressions do the same to spaces and dots.
 */
function separated(pattern: string): string {
  return pattern.replace(/\\(?=[\p{L}\p{N}_-]|$)/gu, '/')
}

const ARCHIVE_RULE = 'it must be the path of one .zip, .tar, or .tar.gz file in the workspace'

/** The path of an archive, relative to the workspace, which is no pattern. */
export function archivePath(workspace: string) {
  return parsed(ARCHIVE_RULE, (text) => {
    if (/[\p{Cc}]/u.test(text)) return { broken: `${ARCHIVE_RULE}, on one line` }
    const inside = below(workspace, withSlashes(text))
    if (inside === undefined) return { broken: `${ARCHIVE_RULE}, and it leads outside the workspace` }
    return /\.(?:zip|tar|tar\.gz)$/i.test(inside) ? { value: inside } : { broken: ARCHIVE_RULE }
  })
}
