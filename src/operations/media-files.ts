import path from 'node:path'
import { ActionError } from '../errors.ts'
import { findFile, findFiles, type FoundFile, matchingNothing } from '../runner/files.ts'
import { ANNOTATION_NAMES, annotationType, isArchive, MEDIA_FORMATS, mediaType } from '../visual-layer/media-formats.ts'
import type { FilePart } from '../visual-layer/multipart.ts'
import type { Step } from './step.ts'
import { count, counted } from '../numbers.ts'

/** How many names a message lists. */
const MOST_NAMED = 10

/** A file that was matched, ready to be sent. */
export interface ChosenFile extends FilePart {
  /** Relative to the workspace, with `/` on every system. */
  shown: string
}

/** What is wrong with a file that a pattern matched. */
interface Rejected {
  file: FoundFile
  why: string
}

/**
 * The media that `files` selects, for a new dataset also the files that label them, in the order of their paths, ready to be sent. Everything that is matched is sent, or nothing:
 * what cannot be sent is named, all at once. Hidden files are the exception, unless a pattern names them. Nothing was sent yet.
 *
 * Throws `invalid_input`, or `operation_failed` where the workspace cannot be read.
 */
export async function chooseMedia(
  step: Step,
  patterns: readonly string[],
  operation: 'create-from-files' | 'add-media',
): Promise<ChosenFile[]> {
  const found = await findFiles(patterns, step.context.workspace)
  const { taken, hidden } = withoutHidden(found, patterns)
  if (hidden.length > 0) {
    step.reporter.note(
      `${counted(hidden.length, 'file')} skipped because hidden (the name begins with a dot): ${list(hidden.map(({ shown }) => shown))}. To include them, name the dot in a pattern.`,
    )
  }
  if (taken.length === 0) throw nothingFound(step, patterns, hidden.length)
  const idle = await matchingNothing(patterns, step.context.workspace)
  if (idle.length > 0) {
    step.reporter.warning(
      `${idle.length === 1 ? 'One pattern' : `${idle.length} patterns`} of "files" match${idle.length === 1 ? 'es' : ''} no file: ${quotedList(idle)}. Sending the files that the other patterns match.`,
      { todo: hints(idle) },
    )
  }
  const annotations = new Set<string>()
  const rejected = taken.flatMap((file): Rejected[] => {
    const why = reasonAgainst(file, operation, annotations)
    return why === undefined ? [] : [{ file, why }]
  })
  if (rejected.length > 0) throw cannotBeSent(rejected, taken.length)
  const files = taken.map((file): ChosenFile => {
    const fileName = path.posix.basename(file.shown)
    return {
      path: file.path,
      shown: file.shown,
      fileName,
      contentType: annotationType(fileName) ?? mediaType(fileName) ?? 'application/octet-stream',
      sizeBytes: file.sizeBytes,
    }
  })
  warnOfEqualNames(step, taken)
  return files
}

/** The archive that `archive` names, ready to be sent. Throws `invalid_input` where it is none. Nothing was sent yet. */
export async function chooseArchive(step: Step, place: string): Promise<FilePart> {
  const found = await findFile(place, step.context.workspace)
  const why = !found
    ? 'does not exist'
    : found.trouble
      ? `is ${article(found.trouble)}`
      : found.sizeBytes === 0
        ? 'is empty'
        : ''
  if (found && why === '') {
    const fileName = path.posix.basename(found.shown)
    const contentType = /\.zip$/i.test(fileName)
      ? 'application/zip'
      : /gz$/i.test(fileName)
        ? 'application/gzip'
        : 'application/x-tar'
    return { path: found.path, fileName, contentType, sizeBytes: found.sizeBytes }
  }
  throw new ActionError('invalid_input', `The archive ${JSON.stringify(place)} ${why}, in ${step.context.workspace}.`, {
    todo: 'Check the path (archive: images.zip), and that an earlier step puts the archive into the workspace. Nothing was sent to Visual Layer.',
  })
}

function article(trouble: string): string {
  return trouble.startsWith('not') ? trouble : `a ${trouble}`
}

function withoutHidden(found: FoundFile[], patterns: readonly string[]): { taken: FoundFile[]; hidden: FoundFile[] } {
  const isHidden = (place: string) => /(?:^|\/)\.[^/]/.test(place)
  if (patterns.some((pattern) => !pattern.startsWith('!') && isHidden(pattern))) return { taken: found, hidden: [] }
  return { taken: found.filter(({ shown }) => !isHidden(shown)), hidden: found.filter(({ shown }) => isHidden(shown)) }
}

/** @param annotations the names of the annotation files so far, to which that of this one is added */
function reasonAgainst(
  file: FoundFile,
  operation: 'create-from-files' | 'add-media',
  annotations: Set<string>,
): string | undefined {
  if (file.trouble !== undefined) return article(file.trouble)
  if (isArchive(file.shown)) {
    return operation === 'add-media'
      ? 'an archive; set the input archive to it'
      : 'an archive, which Visual Layer does not accept at creation; extract it in an earlier step'
  }
  const name = path.posix.basename(file.shown)
  if (annotationType(name) !== undefined) {
    if (operation === 'add-media')
      return 'an annotation file, which Visual Layer accepts only when a dataset is created'
    if (annotations.has(name)) return `another ${name}; a dataset has at most one`
    annotations.add(name)
  } else if (mediaType(name) === undefined) {
    return operation === 'create-from-files' && /\.(?:json|csv|parquet)$/i.test(name)
      ? `not the name of an annotation file (${ANNOTATION_NAMES})`
      : 'not a format that Visual Layer accepts'
  }
  return file.sizeBytes === 0 ? 'empty (0 bytes)' : undefined
}

function nothingFound(step: Step, patterns: readonly string[], hidden: number): ActionError {
  const only = hidden > 0 ? ' except hidden ones' : ''
  const message = `"files" matches no file${only} in ${step.context.workspace}: ${quotedList(patterns)}.`
  const todo =
    hints(patterns) ??
    'Check the patterns (files: images/**/*.jpg), and that an earlier step puts the files into the workspace (actions/checkout, a download). Links to folders are not followed.'
  return new ActionError('invalid_input', message, { todo: `${todo} Nothing was sent to Visual Layer.` })
}

function quotedList(patterns: readonly string[]): string {
  return patterns.map((pattern) => JSON.stringify(pattern)).join(', ')
}

/** What other tools take in a pattern and this action does not, and how to write it here. */
const HABITS: readonly { sign: RegExp; hint: (pattern: string) => string }[] = [
  {
    sign: /^!?["']|["']$/,
    hint: (pattern) => `Write patterns without quotes: ${pattern.replace(/^(!?)["']|["']$/g, '$1')}.`,
  },
  {
    sign: /\{.*\}/,
    hint: (pattern) => `Braces are not expanded: write one pattern per line: ${expanded(pattern).join(' and ')}.`,
  },
  {
    sign: /\\/,
    hint: (pattern) =>
      `A backslash means the character after it. Write / between folders: ${pattern.replaceAll('\\', '/')}.`,
  },
  { sign: /,/, hint: () => 'Write one pattern per line, without commas.' },
  {
    sign: /\[.*\]/,
    hint: (pattern) =>
      `Brackets match one of the characters in them. If a name contains a bracket, write [[] for it: ${pattern.replaceAll('[', '[[]')}.`,
  },
]

/** The patterns that the first braces of a pattern stand for. */
function expanded(pattern: string): string[] {
  const [, before = '', inside = '', after = ''] = /^(.*?)\{(.*?)\}(.*)$/.exec(pattern) ?? []
  return inside.split(',').map((one) => before + one.trim() + after)
}

function hints(patterns: readonly string[]): string | undefined {
  const found = HABITS.flatMap(({ sign, hint }) =>
    patterns
      .filter((pattern) => sign.test(pattern))
      .slice(0, 1)
      .map(hint),
  )
  return found.length === 0 ? undefined : found.join(' ')
}

function cannotBeSent(rejected: readonly Rejected[], total: number): ActionError {
  const lines = rejected.slice(0, MOST_NAMED).map(({ file, why }) => `- ${JSON.stringify(file.shown)}: ${why}`)
  if (rejected.length > MOST_NAMED) lines.push(`- and ${count(rejected.length - MOST_NAMED)} more`)
  return new ActionError(
    'invalid_input',
    [`${rejected.length} of the ${counted(total, 'file')} that "files" matches cannot be sent.`, ...lines].join('\n'),
    {
      todo: `Narrow the patterns, or exclude other files, for example with the line "!**/*.txt" under files. Visual Layer accepts ${MEDIA_FORMATS}. Nothing was sent to Visual Layer.`,
    },
  )
}

/** Files are uploaded under their base names; what Visual Layer does with two files of one name is not documented. */
function warnOfEqualNames(step: Step, files: readonly FoundFile[]): void {
  const places = Map.groupBy(files, ({ shown }) => path.posix.basename(shown))
  const equal = [...places.values()].filter((group) => group.length > 1)
  if (equal.length === 0) return
  const examples = equal.slice(0, MOST_NAMED).map((group) => group.map(({ shown }) => shown).join(' = '))
  const more = equal.length > MOST_NAMED ? `, and ${count(equal.length - MOST_NAMED)} more` : ''
  step.reporter.warning(
    `Several files have the same name: ${examples.join(', ')}${more}. Files are sent without their folders, and what Visual Layer does with two of the same name is not documented: one may replace the other.`,
    { todo: 'To be safe, give each file a unique name. The step compares the number of items at the end.' },
  )
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMED).join(', ')
  return names.length > MOST_NAMED ? `${shown} and ${names.length - MOST_NAMED} more` : shown
}
