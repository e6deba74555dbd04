import { ActionError, describe } from './errors.ts'

interface Fault {
  /** Completes "Could not write the manifest (path): …". */
  cause: string
  todo: string
}

/** What to do about a full disk. The workspace is on the one that it is on. */
export const FREE_SPACE =
  'Free disk space before this step, use a larger runner, or split the export over several jobs (shard: 1/4).'
const ACCESS =
  'Check that the user of the runner may read and write there, and that no earlier step changed the owner (a container that runs as root, for example).'
const MEMORY = 'Use a runner with more memory, or run less at the same time as this step.'
const FILES = 'Raise the limit on open files of the runner (ulimit -n) to at least 256.'
const PLACE = 'Check the path, and that no other step or process changes the folder while this step runs.'
const HARDWARE = 'The disk of the runner is faulty. Re-run the job on another runner.'

/** What a fault of the machine means, by the code of the system call that met it. The one table for files, folders, and threads. */
const FAULTS: Record<string, Fault> = {
  ENOSPC: { cause: 'the disk is full', todo: FREE_SPACE },
  EDQUOT: { cause: 'the disk quota is used up', todo: FREE_SPACE },
  EFBIG: { cause: 'the file is larger than the file system allows', todo: FREE_SPACE },
  EMFILE: { cause: 'too many files are open in this process', todo: FILES },
  ENFILE: { cause: 'too many files are open on this machine', todo: FILES },
  ENOMEM: { cause: 'the runner is out of memory', todo: MEMORY },
  ERR_WORKER_OUT_OF_MEMORY: { cause: 'the runner is out of memory', todo: MEMORY },
  EACCES: { cause: 'permission denied', todo: ACCESS },
  EPERM: { cause: 'operation not permitted', todo: ACCESS },
  EROFS: {
    cause: 'the file system is read-only',
    todo: 'Mount the workspace writable.',
  },
  EIO: { cause: 'the disk reported a read or write error', todo: HARDWARE },
  ENOENT: { cause: 'it does not exist', todo: PLACE },
  ENOTDIR: { cause: 'part of the path is a file, not a folder', todo: PLACE },
  EISDIR: { cause: 'it is a folder', todo: PLACE },
  EEXIST: { cause: 'it already exists', todo: PLACE },
  ENOTEMPTY: { cause: 'the folder is not empty', todo: PLACE },
  ELOOP: { cause: 'its links form a loop', todo: PLACE },
  EXDEV: { cause: 'it is on another disk', todo: PLACE },
  ENAMETOOLONG: { cause: 'the name is too long for the file system', todo: PLACE },
  EINVAL: { cause: 'the system does not accept this name', todo: PLACE },
  EBUSY: { cause: 'something else is using it', todo: PLACE },
  ETXTBSY: { cause: 'something else is using it', todo: PLACE },
}

/** The `code` of a system error, such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/**
 * The error for a file, folder, or thread that the operating system reported. An `ActionError` stays as it is.
 *
 * @param doing completes "could not …": `write the manifest`
 * @param path what it is about, if the error itself names none
 */
export function systemFailure(error: unknown, doing: string, path: string): ActionError {
  if (error instanceof ActionError) return error
  const code = codeOf(error)
  const fault = code === undefined ? undefined : FAULTS[code]
  const cause = fault ? `${fault.cause} (${code})` : describe(error)
  return new ActionError('operation_failed', `Could not ${doing} (${pathOf(error) ?? path}): ${cause}.`, {
    todo: fault?.todo ?? PLACE,
    cause: error,
  })
}

/**
 * What a user reads about anything thrown: an `ActionError` as it is, a fault of the machine as what it is, and only the rest as a bug
 * of the action.
 */
export function asActionError(error: unknown): ActionError {
  for (let next = error, depth = 0; next instanceof Error && depth < 5; next = next.cause, depth += 1) {
    if (next instanceof ActionError) return next
    if (FAULTS[codeOf(next) ?? '']) return systemFailure(next, attempted(next), 'unknown path')
  }
  return new ActionError('operation_failed', `The action itself failed: ${describe(error)}`, {
    todo: 'This is a bug in the action, not in your workflow. Please report it with this log.',
    cause: error,
  })
}

const VERBS: Record<string, string> = {
  open: 'open a file',
  read: 'read a file',
  write: 'write a file',
  mkdir: 'make a folder',
  mkdtemp: 'make a folder',
  scandir: 'list a folder',
  unlink: 'remove a file',
  rmdir: 'remove a folder',
  rename: 'move a file',
  link: 'link a file',
  copyfile: 'copy a file',
}

function attempted(error: Error): string {
  const call = 'syscall' in error && typeof error.syscall === 'string' ? error.syscall : ''
  return VERBS[call] ?? 'use a file or a resource of the runner'
}

function pathOf(error: unknown): string | undefined {
  return error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : undefined
}
