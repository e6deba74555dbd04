import { createHash } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createReadStream } from 'node:fs'
import { copyFile, link, mkdtemp, rm, stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Artifact, ArtifactClient } from '@actions/artifact'
import { z } from 'zod'
import { type Clock, orAborted, within } from '../clock.ts'
import { ActionError, describe } from '../errors.ts'
import { fullJitter } from '../visual-layer/retry.ts'
import { isNameTaken, isTransient, nameTaken, noArtifactService, stageOf, uploadFailure } from './artifact-errors.ts'
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
  /** Ends the wait. The library cannot be stopped: the bytes under way go on until the process ends. */
  signal: AbortSignal
}

export type UploadResult =
  | {
      kind: 'uploaded'
      id: number
      /** The name GitHub stored. */
      name: string
      url: string
      /** SHA-256 in hex of the stored bytes. */
      digest: string
      sizeBytes: number
    }
  | { kind: 'skipped'; reason: string }

const MAX_ATTEMPTS = 5
/** How long to wait for the list of artifacts, in ms. */
const LIST_MS = 10_000
/** What Node publishes about each response of an HTTP client. */
const RESPONSES = 'http.client.response.finish'
const responseMessage = z.object({
  request: z.object({ host: z.string() }),
  response: z.object({ statusCode: z.number() }),
})

/**
 * Stores an export as an artifact of this workflow run. On GitHub Enterprise Server, which has no such artifact service, it
 * warns and skips. Lost connections are retried, up to 5 attempts; an artifact that was there before is only ever deleted
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
  return await reporter.group(`Storing the artifact "${options.name}"`, () => new Upload(options).run())
}

/** One upload with its attempts. */
class Upload {
  readonly #options: UploadOptions
  #name: string
  /** A folder for the ZIP under another name, made when one is needed. */
  #aliasFolder: string | undefined
  /** One of our attempts got past the creation of an artifact of the present name, so it is ours beyond doubt. */
  #isOurs = false
  #lastResponse: string | undefined

  constructor(options: UploadOptions) {
    this.#options = options
    this.#name = 'zip' in options.content ? basename(options.content.zip) : options.name
  }

  async run(): Promise<UploadResult> {
    subscribe(RESPONSES, this.#onResponse)
    try {
      return await this.#run()
    } catch (error) {
      throw this.#withLastResponse(error)
    } finally {
      unsubscribe(RESPONSES, this.#onResponse)
    }
  }

  /** A timeout says what the service answered until then. */
  #withLastResponse(error: unknown): unknown {
    if (!(error instanceof ActionError) || error.code !== 'timed_out') return error
    const { code, message, todo } = error
    const last = this.#lastResponse ?? 'none'
    return new ActionError(code, `${message} Last response of the artifact service: ${last}.`, { todo, cause: error })
  }

  #failure(error: unknown): ActionError {
    return uploadFailure(error, this.#name, this.#options.context.isAct, this.#lastResponse)
  }

  /** The library keeps the status of a response to itself, but Node tells of it. */
  readonly #onResponse = (message: unknown) => {
    const told = responseMessage.safeParse(message)
    if (told.success) this.#lastResponse = `HTTP ${told.data.response.statusCode} from ${told.data.request.host}`
  }

  async #run(): Promise<UploadResult> {
    const { reporter, clock, signal } = this.#options
    const client = await openClient()
    const retentionDays = this.#retentionDays()
    let toDelete = this.#options.overwrite
    try {
      for (let attempt = 1; ; attempt++) {
        try {
          if (toDelete) await this.#delete(client)
          toDelete = false
          return await this.#send(client, retentionDays)
        } catch (error) {
          signal.throwIfAborted()
          const stored = isNameTaken(error) ? await this.#settleTakenName(client, error, attempt) : undefined
          if (stored) return stored
          if (isNameTaken(error)) continue
          // The end of an upload whose response was lost.
          const whole = stageOf(error) === 'finalize' ? await this.#find(client) : undefined
          if (whole) return whole
          if (!isTransient(error) || attempt >= MAX_ATTEMPTS) throw this.#failure(error)
          reporter.info(`Attempt ${attempt} of ${MAX_ATTEMPTS} was interrupted: ${describe(error)}`)
          if (!toDelete && stageOf(error) !== 'create') this.#isOurs = true
          await clock.sleep(fullJitter(attempt), signal)
        }
      }
    } finally {
      if (this.#aliasFolder) await rm(this.#aliasFolder, { recursive: true, force: true })
    }
  }

  async #send(client: ArtifactClient, retentionDays: number | undefined): Promise<UploadResult> {
    const { content, compressionLevel, signal } = this.#options
    const retention = retentionDays === undefined ? {} : { retentionDays }
    const work =
      'zip' in content
        ? this.#sendZip(client, content.zip, retention)
        : client.uploadArtifact(this.#name, [...content.files], content.folder, { compressionLevel, ...retention })
    const { id, size, digest } = await orAborted(work, signal)
    if (id === undefined || digest === undefined)
      throw new Error('The response of the artifact service contains no artifact ID.')
    return this.#uploaded(id, digest, size ?? 0)
  }

  async #sendZip(client: ArtifactClient, zip: string, retention: { retentionDays?: number }) {
    const path = this.#name === basename(zip) ? zip : await this.#alias(zip)
    return await client.uploadArtifact(this.#name, [path], dirname(path), { skipArchive: true, ...retention })
  }

  /**
   * The service says that the name is taken. The library retries inside, so we may have taken it ourselves, in an attempt whose
   * response was lost. If an artifact of that name is listed, it is ours if one of our attempts got that far, or if it holds our very
   * bytes; else it is someone else's, and left alone. If none is listed, an upload that was never finished holds the name: nobody can
   * use or delete it for the rest of the run (atlanhq/application-sdk#3711), so the next attempt takes a name of its own.
   */
  async #settleTakenName(client: ArtifactClient, error: unknown, attempt: number): Promise<UploadResult | undefined> {
    const stored = await this.#find(client)
    if (stored?.kind === 'uploaded' && (this.#isOurs || (await this.#holdsOurBytes(stored.digest)))) return stored
    if (stored) throw this.#failure(error)
    const deleted = this.#isOurs && (await this.#delete(client).catch(() => false))
    this.#isOurs = false
    if (deleted) return undefined
    const burnt = this.#name
    const extension = 'zip' in this.#options.content ? extname(burnt) : ''
    const stem = burnt.slice(0, burnt.length - extension.length).replace(/-retry-\d+$/, '')
    this.#name = `${stem}-retry-${attempt}${extension}`
    this.#options.reporter.warning(
      `Storing the artifact as "${this.#name}": an interrupted upload of this step or another job still holds the name "${burnt}", and GitHub does not release it during this run.`,
      { todo: 'To find the artifact in later jobs, use the output `artifact_name` or `artifact_id`.' },
    )
    return undefined
  }

  /** Only a ZIP is stored as it is. */
  async #holdsOurBytes(digest: string): Promise<boolean> {
    const { content } = this.#options
    if (!('zip' in content)) return false
    const hash = createHash('sha256')
    await pipeline(createReadStream(content.zip), hash)
    return hash.digest('hex') === digest
  }

  /** Deletes the artifact of the present name; `false` when none is listed. */
  async #delete(client: ArtifactClient): Promise<boolean> {
    try {
      await orAborted(client.deleteArtifact(this.#name), this.#options.signal)
      return true
    } catch (error) {
      if (error instanceof Error && error.name === 'ArtifactNotFoundError') return false
      throw error
    }
  }

  /** The finished artifact of the present name; `undefined` when none is listed or the list cannot be had. */
  async #find(client: ArtifactClient): Promise<UploadResult | undefined> {
    try {
      const found = await listed(client, this.#name, this.#options)
      return found?.digest ? this.#uploaded(found.id, found.digest, found.size) : undefined
    } catch (error) {
      this.#options.signal.throwIfAborted()
      this.#options.reporter.debug(`Could not list the artifacts of this run: ${describe(error)}`)
      return undefined
    }
  }

  #uploaded(id: number, digest: string, sizeBytes: number): UploadResult {
    const { serverUrl, repository, runId } = this.#options.context
    const url = repository && runId ? `${serverUrl}/${repository}/actions/runs/${runId}/artifacts/${id}` : ''
    return { kind: 'uploaded', id, name: this.#name, url, digest: digest.replace(/^sha256:/, ''), sizeBytes }
  }

  // The library names a single file's artifact after the file, whatever name it is given.
  async #alias(zip: string): Promise<string> {
    this.#aliasFolder ??= await mkdtemp(join(dirname(zip), '.artifact-'))
    const path = join(this.#aliasFolder, this.#name)
    await link(zip, path).catch(() => copyFile(zip, path))
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
  const client = await openClient()
  // The library writes to the log.
  const found = await reporter.group('Checking that the artifact name is available', () =>
    listed(client, name, options).catch((error: unknown) => {
      signal.throwIfAborted()
      reporter.debug(`Could not list the artifacts of this run: ${describe(error)}`)
    }),
  )
  if (found) throw nameTaken(name, 'Nothing was exported')
}

/** The package reads the event of the run when it is imported, and throws if the file is broken. Nothing here needs the event. */
async function openClient(): Promise<ArtifactClient> {
  delete process.env['GITHUB_EVENT_PATH']
  return (await import('@actions/artifact')).default
}

/** The artifact of this name in this run. The library retries a list for most of a minute, which is more than it is worth. */
async function listed(
  client: ArtifactClient,
  name: string,
  { clock, signal }: Pick<UploadOptions, 'clock' | 'signal'>,
): Promise<Artifact | undefined> {
  const late = () => new Error(`no response within ${LIST_MS / 1000} s`)
  const { artifacts } = await within(clock, LIST_MS, signal, late, (ends) =>
    orAborted(client.listArtifacts({ latest: true }), ends),
  )
  return artifacts.find((artifact) => artifact.name === name)
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
