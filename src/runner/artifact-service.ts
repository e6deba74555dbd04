import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Artifact, ArtifactClient, UploadArtifactOptions } from '@actions/artifact'
import { z } from 'zod'
import { type Clock, orAborted, within } from '../clock.ts'

/** How long to wait for the list of artifacts, in ms. */
const LIST_MS = 10_000
/** What Node publishes about each response of an HTTP client. */
const RESPONSES = 'http.client.response.finish'
const responseMessage = z.object({
  request: z.object({ host: z.string() }),
  response: z.object({ statusCode: z.number() }),
})

interface ServiceOptions {
  clock: Clock
  /** Ends the wait. The library cannot be stopped: its transfer continues until the process ends. */
  signal: AbortSignal
}

/** The artifact service of this workflow run, through its library, which retries inside and writes to the log. */
export class ArtifactService {
  readonly #client: ArtifactClient
  readonly #options: ServiceOptions
  #lastResponse: string | undefined

  private constructor(client: ArtifactClient, options: ServiceOptions) {
    this.#client = client
    this.#options = options
    subscribe(RESPONSES, this.#onResponse)
  }

  static async open(options: ServiceOptions): Promise<ArtifactService> {
    // The package reads the event of the run when it is imported, and throws if the file is broken. Nothing here needs the event.
    delete process.env['GITHUB_EVENT_PATH']
    return new ArtifactService((await import('@actions/artifact')).default, options)
  }

  close(): void {
    unsubscribe(RESPONSES, this.#onResponse)
  }

  /** What the server that responded last said, such as `HTTP 503 from results.example`. */
  get lastResponse(): string | undefined {
    return this.#lastResponse
  }

  /** Stores files under a name. The library names the artifact of a single unpacked file after the file. */
  async upload(name: string, files: string[], root: string, more: UploadArtifactOptions) {
    const work = this.#client.uploadArtifact(name, files, root, more)
    const { id, size = 0, digest } = await orAborted(work, this.#options.signal)
    if (id === undefined || digest === undefined)
      throw new Error('The response of the artifact service contains no artifact ID.')
    return { id, size, digest }
  }

  /** The artifact of this name in this run. The library retries a list for most of a minute, which is more than it is worth. */
  async find(name: string): Promise<Artifact | undefined> {
    const { clock, signal } = this.#options
    const late = () => new Error(`no response within ${LIST_MS / 1000} s`)
    const { artifacts } = await within(clock, LIST_MS, signal, late, (ends) =>
      orAborted(this.#client.listArtifacts({ latest: true }), ends),
    )
    return artifacts.find((artifact) => artifact.name === name)
  }

  /** Deletes the artifact of this name; `false` when none is listed. */
  async delete(name: string): Promise<boolean> {
    try {
      await orAborted(this.#client.deleteArtifact(name), this.#options.signal)
      return true
    } catch (error) {
      if (error instanceof Error && error.name === 'ArtifactNotFoundError') return false
      throw error
    }
  }

  readonly #onResponse = (message: unknown): void => {
    const told = responseMessage.safeParse(message)
    if (told.success) this.#lastResponse = `HTTP ${told.data.response.statusCode} from ${told.data.request.host}`
  }
}
