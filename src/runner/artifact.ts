import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { copyFile, link, mkdtemp, rm, stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Clock } from '../clock.ts'
import { ActionError, describe } from '../errors.ts'
import { systemFailure } from '../system-errors.ts'
import { fullJitter } from '../visual-layer/retry.ts'
import { isNameTaken, isTransient, nameTaken, noArtifactService, stageOf, uploadFailure } from './artifact-errors.ts'
import { ArtifactService } from './artifact-service.ts'
import type { RunnerContext } from './context.ts'
import type { Reporter } from './reporter.ts'

/** One ZIP goes up as it is; the files of a folder are packed by the library. */
type ArtifactContent = { zip: string } | { folder: string; files: readonly string[] }

export interface UploadOptions {
  /** The artifact's name when a folder goes up; a ZIP is stored under its own file name, as GitHub does it. */
  name: string
  content: ArtifactContent
  retentionDays?: number | undefined
  /** 0 to 9, for a folder. */
  compressionLevel: number
  /** Delete an artifact of that name in this run first. */
  overwrite: boolean
  context: RunnerContext
  reporter: Reporter
  clock: Clock
  /** Ends the wait. The library cannot be stopped: its transfer continues until the process ends. */
  signal: AbortSignal
}

interface Stored {
  kind: 'uploaded'
  id: number
  /** The name GitHub stored. */
  name: string
  url: string
  /** SHA-256 in hex of the stored bytes. */
  digest: string
  sizeBytes: number
}

export type UploadResult = Stored | { kind: 'skipped'; reason: string }

const MAX_ATTEMPTS = 5

/**
 * Stores an export as an artifact of this workflow run. On GitHub Enterprise Server, which has no such artifact service, it
 * warns and skips. Up to 5 attempts; an artifact that was there before is only ever deleted
 * with `overwrite`.
 *
 * @throws ActionError `artifact_failed`, or the reason of `signal`
 */
export async function uploadExport(options: UploadOptions): Promise<UploadResult> {
  const { content, context, reporter, signal } = options
  signal.throwIfAborted()
  if (context.isEnterpriseServer) {
    const reason = `${new URL(context.serverUrl).host} is GitHub Enterprise Server, which the artifact library does not support`
    reporter.warning(`No artifact was stored: ${reason}. The export stays on the runner's disk.`, {
      todo: 'Add a step with actions/upload-artifact@v3 and `path: ${{ steps.<id>.outputs.export_dir }}`; and set `upload_artifact: false` here.',
    })
    return { kind: 'skipped', reason }
  }
  for (const variable of ['ACTIONS_RUNTIME_TOKEN', 'ACTIONS_RESULTS_URL']) {
    if (!process.env[variable]) throw noArtifactService(variable, context.isAct)
  }
  await requireFiles('zip' in content ? [content.zip] : content.files)
  const service = await ArtifactService.open(options)
  try {
    return await reporter.group(`Storing the artifact "${options.name}"`, () => new Upload(options, service).run())
  } catch (error) {
    // A timeout says what the service answered until then.
    if (!(error instanceof ActionError) || error.code !== 'timed_out') throw error
    const last = `Last response of the artifact service: ${service.lastResponse ?? 'none'}.`
    throw error.with({ message: `${error.message} ${last}` })
  } finally {
    service.close()
  }
}

/** One upload with its attempts. */
class Upload {
  readonly #options: UploadOptions
  readonly #service: ArtifactService
  #name: string
  /** A folder for the ZIP under another name, made when one is needed. */
  #aliasFolder: string | undefined
  /** One of our attempts got past the creation of an artifact of the present name, so it is ours beyond doubt. */
  #isOurs = false

  constructor(options: UploadOptions, service: ArtifactService) {
    this.#options = options
    this.#service = service
    this.#name = 'zip' in options.content ? basename(options.content.zip) : options.name
  }

  async run(): Promise<UploadResult> {
    const { reporter, clock, signal } = this.#options
    const retentionDays = this.#retentionDays()
    let toDelete = this.#options.overwrite
    try {
      for (let attempt = 1; ; attempt++) {
        try {
          if (toDelete) await this.#service.delete(this.#name)
          toDelete = false
          return await this.#send(retentionDays)
        } catch (error) {
          signal.throwIfAborted()
          if (error instanceof ActionError) throw error
          const isTaken = isNameTaken(error)
          // The end of an upload whose response was lost, or a name that is ours.
          const found = isTaken || stageOf(error) === 'finalize' ? await this.#find() : 'unknown'
          const isStored = typeof found === 'object'
          if (isStored && (!isTaken || (await this.#isOwn(found)))) return found
          const mayHelp = isTaken ? !isStored : isTransient(error)
          if (!mayHelp || attempt >= MAX_ATTEMPTS) throw this.#failure(error)
          reporter.info(`Attempt ${attempt} of ${MAX_ATTEMPTS} was interrupted: ${describe(error)}`)
          if (isTaken && found === 'none') await this.#freeName(attempt)
          else if (!isTaken && !toDelete && stageOf(error) !== 'create') this.#isOurs = true
          await clock.sleep(fullJitter(attempt), signal)
        }
      }
    } finally {
      if (this.#aliasFolder) await rm(this.#aliasFolder, { recursive: true, force: true })
    }
  }

  #failure(error: unknown): ActionError {
    return uploadFailure(error, this.#name, this.#options.context.isAct, this.#service.lastResponse)
  }

  async #send(retentionDays: number | undefined): Promise<UploadResult> {
    const { content, compressionLevel } = this.#options
    const retention = retentionDays === undefined ? {} : { retentionDays }
    const zip = 'zip' in content ? await this.#alias(content.zip) : ''
    const { id, size, digest } =
      'zip' in content
        ? await this.#service.upload(this.#name, [zip], dirname(zip), { skipArchive: true, ...retention })
        : await this.#service.upload(this.#name, [...content.files], content.folder, { compressionLevel, ...retention })
    return this.#uploaded(id, digest, size)
  }

  /**
   * Whether the artifact that has the name is ours: one of our attempts got that far, or it has our very bytes, as only a ZIP can. The
   * library retries inside, so we may have taken the name ourselves, in an attempt whose response was lost. What is someone else's is left
   * alone.
   */
  async #isOwn({ digest }: Stored): Promise<boolean> {
    const { content } = this.#options
    if (this.#isOurs || !('zip' in content)) return this.#isOurs
    const hash = createHash('sha256')
    await pipeline(createReadStream(content.zip), hash)
    return hash.digest('hex') === digest
  }

  /**
   * The name is taken and no artifact listed: an upload that was never finished has it. One of ours is deleted if that is possible;
   * else nobody can use or delete the name for the rest of the run (atlanhq/application-sdk#3711), so the next attempt takes a name of
   * its own.
   */
  async #freeName(attempt: number): Promise<void> {
    const deleted = this.#isOurs && (await this.#service.delete(this.#name).catch(() => false))
    this.#isOurs = false
    if (deleted) return
    const burnt = this.#name
    const extension = 'zip' in this.#options.content ? extname(burnt) : ''
    const stem = burnt.slice(0, burnt.length - extension.length).replace(/-retry-\d+$/, '')
    this.#name = `${stem}-retry-${attempt}${extension}`
    this.#options.reporter.warning(
      `Storing the artifact as "${this.#name}": an interrupted upload of this step or another job still holds the name "${burnt}", and GitHub does not release it during this run.`,
      { todo: 'To find the artifact in later jobs, use the output `artifact_name` or `artifact_id`.' },
    )
  }

  /** The finished artifact of the present name; `unknown` when the list cannot be had. */
  async #find(): Promise<Stored | 'none' | 'unknown'> {
    try {
      const found = await this.#service.find(this.#name)
      return found?.digest ? this.#uploaded(found.id, found.digest, found.size) : 'none'
    } catch (error) {
      this.#options.signal.throwIfAborted()
      this.#options.reporter.debug(`Could not list the artifacts of this run: ${describe(error)}`)
      return 'unknown'
    }
  }

  #uploaded(id: number, digest: string, sizeBytes: number): Stored {
    const { serverUrl, repository, runId } = this.#options.context
    const url = repository && runId ? `${serverUrl}/${repository}/actions/runs/${runId}/artifacts/${id}` : ''
    return { kind: 'uploaded', id, name: this.#name, url, digest: digest.replace(/^sha256:/, ''), sizeBytes }
  }

  // The library names a single file's artifact after the file, whatever name it is given.
  async #alias(zip: string): Promise<string> {
    if (this.#name === basename(zip)) return zip
    this.#aliasFolder ??= await mkdtemp(join(dirname(zip), '.artifact-'))
    const path = join(this.#aliasFolder, this.#name)
    await link(zip, path)
      .catch(() => copyFile(zip, path))
      .catch((error: unknown) => {
        throw systemFailure(error, 'copy the export for the artifact', path)
      })
    return path
  }

  #retentionDays(): number | undefined {
    const { retentionDays, context, reporter } = this.#options
    const most = context.retentionDays
    if (retentionDays === undefined || most === undefined || retentionDays <= most) return retentionDays
    reporter.warning(
      `The artifact will be kept for ${most} days, not ${retentionDays}: that is the repository's maximum.`,
      {
        todo: `Set \`retention_days: ${most}\`, or increase the limit in the repository settings under Actions, General.`,
      },
    )
    return most
  }
}

/**
 * Throws `artifact_failed` if the run already has an artifact of this name, so that this is known before the export and not after it. A
 * list that cannot be read proves nothing, and neither does one where an artifact may be replaced.
 *
 * @throws the reason of `signal`
 */
export async function requireFreeName(
  options: Pick<UploadOptions, 'name' | 'overwrite' | 'context' | 'reporter' | 'clock' | 'signal'>,
): Promise<void> {
  const { name, overwrite, context, reporter, signal } = options
  if (overwrite || context.isEnterpriseServer) return
  if (!process.env['ACTIONS_RUNTIME_TOKEN'] || !process.env['ACTIONS_RESULTS_URL']) return
  const service = await ArtifactService.open(options)
  // The library writes to the log.
  const found = await reporter
    .group('Checking that the artifact name is available', () => service.find(name))
    .catch((error: unknown) => {
      signal.throwIfAborted()
      reporter.debug(`Could not list the artifacts of this run: ${describe(error)}`)
    })
    .finally(() => service.close())
  if (found) throw nameTaken(name, 'Nothing was exported')
}

async function requireFiles(files: readonly string[]): Promise<void> {
  if (files.length === 0)
    throw new ActionError('artifact_failed', 'There is no file to store as an artifact: the export is empty.')
  for (const file of files) {
    const found = await stat(file).catch(() => undefined)
    if (!found?.isFile())
      throw new ActionError('artifact_failed', `A file for the artifact no longer exists: ${file}`, {
        todo: 'Check that no other step or process deletes files in the workspace at the same time.',
      })
  }
}
