import { lstat, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { ActionError, describe } from '../errors.ts'
import { below } from '../paths.ts'

/** Something that patterns match. */
export interface FoundFile {
  path: string
  /** Relative to the workspace, with `/` on every system. */
  shown: string
  sizeBytes: number
  /** A link whose target is outside the workspace, or is a folder, or is not there; or something that is neither file nor link. */
  trouble: 'link out of the workspace' | 'link to a folder' | 'broken link' | 'not a regular file' | undefined
}

/**
 * All files below the workspace that patterns match, ordered by their path, byte by byte. Patterns are relative to the workspace
 * and use `/`; later ones win, `!` excludes. Hidden files match too. No link to a folder is followed, so the search never leaves
 * the workspace and never goes in a circle.
 */
export async function findFiles(patterns: readonly string[], workspace: string): Promise<FoundFile[]> {
  try {
    const root = await realpath(workspace)
    const matched = await globbed(patterns, root)
    const found = await Promise.all(matched.map((one) => look(one, root)))
    return found.sort((a, b) => Buffer.compare(Buffer.from(a.shown), Buffer.from(b.shown)))
  } catch (error) {
    throw new ActionError('operation_failed', `Could not list the files: ${describe(error)}.`, {
      todo: 'Check that the step may read the workspace, and that an earlier step checks out or creates the files.',
      cause: error,
    })
  }
}

/** Of several patterns, those that match nothing by themselves. One alone is not looked at: then nothing is found at all. */
export async function matchingNothing(patterns: readonly string[], workspace: string): Promise<string[]> {
  const including = patterns.filter((pattern) => !pattern.startsWith('!'))
  if (including.length < 2) return []
  const root = await realpath(workspace)
  const counts = await Promise.all(including.map(async (pattern) => (await globbed([pattern], root)).length))
  return including.filter((_, index) => counts[index] === 0)
}

async function globbed(patterns: readonly string[], root: string): Promise<string[]> {
  const { create } = await import('@actions/glob')
  const rooted = patterns.map((pattern) => {
    const [, exclude = '', rest = ''] = /^(!*)(.*)$/s.exec(pattern) ?? []
    return `${exclude}${literally(root)}${root.endsWith(path.sep) ? '' : path.sep}${rest}`
  })
  const globber = await create(rooted.join('\n'), { followSymbolicLinks: false, matchDirectories: false })
  return globber.glob()
}

/** One file by its path relative to the workspace; `undefined` where there is none. */
export async function findFile(place: string, workspace: string): Promise<FoundFile | undefined> {
  try {
    const root = await realpath(workspace)
    return await look(path.join(root, place), root)
  } catch {
    return undefined
  }
}

/** A path as a pattern that matches just this path; as @actions/glob escapes the folder that it prefixes itself. */
function literally(folder: string): string {
  return (path.sep === '\\' ? folder : folder.replaceAll('\\', '\\\\'))
    .replace(/\[(?=[^/]+\])/g, '[[]')
    .replaceAll('?', '[?]')
    .replaceAll('*', '[*]')
}

async function look(file: string, root: string): Promise<FoundFile> {
  const shown = below(root, file) ?? file
  const own = await lstat(file)
  if (own.isFile()) return { path: file, shown, sizeBytes: own.size, trouble: undefined }
  if (!own.isSymbolicLink()) return { path: file, shown, sizeBytes: 0, trouble: 'not a regular file' }
  let target: string
  try {
    target = await realpath(file)
  } catch {
    return { path: file, shown, sizeBytes: 0, trouble: 'broken link' }
  }
  if (below(root, target) === undefined) {
    return { path: file, shown, sizeBytes: 0, trouble: 'link out of the workspace' }
  }
  const behind = await stat(target)
  if (behind.isDirectory()) return { path: target, shown, sizeBytes: 0, trouble: 'link to a folder' }
  const trouble = behind.isFile() ? undefined : 'not a regular file'
  // Read by its real path, so that a link that changes during the step cannot redirect the read.
  return { path: target, shown, sizeBytes: behind.size, trouble }
}
