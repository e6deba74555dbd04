import { createHash, randomUUID } from 'node:crypto'
import { type Call, isRecord, json, type Reply } from '../http/reply.ts'
import { BlobStore } from './blobs.ts'

export interface StoredArtifact {
  id: number
  /** The run it belongs to, as {@link ArtifactService.beginRun} named it. */
  run: string
  name: string
  mimeType: string | undefined
  /** What the service stored: a ZIP that the library made, or the raw file. */
  bytes: Buffer
  /** SHA-256 of `bytes`, bare hex. */
  digest: string
  createdAt: Date
  expiresAt: Date | undefined
}

interface Entry {
  id: number
  run: string
  name: string
  blob: string
  mimeType: string | undefined
  createdAt: Date
  expiresAt: Date | undefined
  finalized: StoredArtifact | undefined
}

type Message = Record<string, unknown>

const servicePath = '/twirp/github.actions.results.api.v1.ArtifactService/'

/** An artifact that a test makes up, as if a step had uploaded it. */
export interface MadeArtifact {
  name: string
  bytes: Buffer
  createdAt?: Date
  expiresAt?: Date
}

/**
 * Stands in for GitHub's artifact service of one workflow run after another: the Twirp calls and blob uploads that
 * @actions/artifact 6 makes, read from its source. Checks what is finalized against the bytes that came.
 */
export class ArtifactService {
  /** The most bytes of all artifacts together; over it the service rejects as it does over quota. */
  quotaBytes = Number.POSITIVE_INFINITY
  /**
   * An artifact that was created and never finalized: `taken` holds its name, unseen in lists; `listed` holds it and
   * is listed, so that it can be deleted; `free` gives way. Which of them GitHub does is not known.
   */
  unfinished: 'taken' | 'listed' | 'free' = 'taken'
  private readonly entries: Entry[] = []
  private readonly blobs = new BlobStore()
  private run: string = randomUUID()
  private readonly job = randomUUID()
  private readonly url: () => string
  private lastId = 4_000_000_000

  constructor(url: () => string) {
    this.url = url
  }

  /** The run whose steps may upload now. */
  get currentRun(): string {
    return this.run
  }

  /** The finalized artifacts of all runs, oldest first. What is changed in one counts: an `expiresAt`, or the `digest` it is told to have. */
  get stored(): StoredArtifact[] {
    return this.entries.map((entry) => entry.finalized).filter((artifact) => artifact !== undefined)
  }

  /** What the runner gives an action so that it finds the service. */
  environment(): { ACTIONS_RESULTS_URL: string; ACTIONS_RUNTIME_TOKEN: string } {
    const part = (value: Message) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims = { scp: `Actions.Results:${this.run}:${this.job}` }
    return {
      ACTIONS_RESULTS_URL: `${this.url()}/`,
      // Only the claims are read, by the client: the signature may be anything.
      ACTIONS_RUNTIME_TOKEN: `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.unsigned`,
    }
  }

  /** From now on another run uploads: names are free again, and the token of the run before opens nothing. */
  beginRun(): string {
    this.run = randomUUID()
    return this.run
  }

  /** Stores an artifact of any run. */
  put(run: string, made: MadeArtifact): StoredArtifact {
    this.lastId += 1
    const { name, bytes, createdAt = new Date(), expiresAt } = made
    const artifact: StoredArtifact = {
      id: this.lastId,
      run,
      name,
      mimeType: 'application/zip',
      bytes,
      digest: sha256(bytes),
      createdAt,
      expiresAt,
    }
    const blob = `${this.lastId}/${name}`
    this.blobs.put(blob, { bytes, contentType: 'application/zip' })
    this.entries.push({
      id: this.lastId,
      run,
      name,
      blob,
      mimeType: 'application/zip',
      createdAt,
      expiresAt,
      finalized: artifact,
    })
    return artifact
  }

  /** A signed link to the bytes of a stored artifact. */
  link(id: number): string | undefined {
    const entry = this.entries.find((candidate) => candidate.id === id && candidate.finalized)
    return entry && `${this.url()}${this.blobs.sign(entry.blob)}`
  }

  answer(call: Call): Reply {
    if (call.path.startsWith('/blobs/')) return this.blobs.answer(call)
    if (!call.path.startsWith(servicePath)) return failure(404, 'bad_route', `no handler for path ${call.path}`)
    if (call.method !== 'POST') return failure(405, 'bad_route', 'unsupported method')
    if (call.headers.authorization !== `Bearer ${this.environment().ACTIONS_RUNTIME_TOKEN}`) {
      return failure(401, 'unauthenticated', 'invalid or missing token')
    }
    const message: unknown = JSON.parse(call.body.toString('utf8'))
    if (!isRecord(message)) return failure(400, 'malformed', 'the message is no object')
    if (message['workflow_run_backend_id'] !== this.run || message['workflow_job_run_backend_id'] !== this.job) {
      return failure(403, 'permission_denied', 'the token is of another run')
    }
    switch (call.path.slice(servicePath.length)) {
      case 'CreateArtifact':
        return this.create(message)
      case 'FinalizeArtifact':
        return this.finalize(message)
      case 'ListArtifacts':
        return this.list(message)
      case 'GetSignedArtifactURL':
        return this.withNamed(message, (entry) => json({ signed_url: `${this.url()}${this.blobs.sign(entry.blob)}` }))
      case 'DeleteArtifact':
        return this.withNamed(message, (entry) => {
          this.remove(entry)
          return json({ ok: true, artifact_id: String(entry.id) })
        })
      default:
        return failure(404, 'bad_route', `no handler for path ${call.path}`)
    }
  }

  private create(message: Message): Reply {
    const name = textOf(message, 'name')
    const version = message['version']
    if (name === undefined || name === '' || typeof version !== 'number' || version < 4) {
      return failure(400, 'invalid_argument', 'name and a version of at least 4 are required')
    }
    const before = this.ofRun().find((entry) => entry.name === name)
    if (before?.finalized || (before && this.unfinished !== 'free')) {
      return failure(409, 'already_exists', 'an artifact with this name already exists on the workflow run')
    }
    if (before) this.remove(before)
    this.lastId += 1
    const expiresAt = textOf(message, 'expires_at')
    const entry: Entry = {
      id: this.lastId,
      run: this.run,
      name,
      blob: `${this.lastId}/${version >= 7 ? name : `${name}.zip`}`,
      mimeType: textOf(message, 'mime_type'),
      createdAt: new Date(),
      expiresAt: expiresAt === undefined ? undefined : new Date(expiresAt),
      finalized: undefined,
    }
    this.entries.push(entry)
    return json({ ok: true, signed_upload_url: `${this.url()}${this.blobs.sign(entry.blob)}` })
  }

  private finalize(message: Message): Reply {
    const name = textOf(message, 'name')
    const entry = this.ofRun().find((candidate) => candidate.name === name)
    if (!entry) return failure(404, 'not_found', 'artifact not found')
    const blob = this.blobs.find(entry.blob)
    if (!blob) return failure(400, 'failed_precondition', 'nothing was uploaded')
    const digest = sha256(blob.bytes)
    const hash = textOf(message, 'hash')
    // A proto3 zero may be left out.
    const size = Number(textOf(message, 'size') ?? '0')
    if (size !== blob.bytes.length || (hash !== undefined && hash !== `sha256:${digest}`)) {
      return failure(
        400,
        'invalid_argument',
        `size or hash differ from what was uploaded: ${blob.bytes.length}, sha256:${digest}`,
      )
    }
    const total = this.stored.reduce((sum, artifact) => sum + artifact.bytes.length, 0)
    if (total + size > this.quotaBytes) {
      return failure(
        403,
        'resource_exhausted',
        'Artifact storage quota has been hit. Unable to upload any new artifacts.',
      )
    }
    const { id, run, mimeType, createdAt, expiresAt } = entry
    entry.finalized = { id, run, name: entry.name, mimeType, bytes: blob.bytes, digest, createdAt, expiresAt }
    return json({ ok: true, artifact_id: String(id) })
  }

  private list(message: Message): Reply {
    const name = textOf(message, 'name_filter')
    const id = textOf(message, 'id_filter')
    const found = this.ofRun().filter(
      (entry) =>
        (entry.finalized !== undefined || this.unfinished === 'listed') &&
        (name === undefined || entry.name === name) &&
        (id === undefined || String(entry.id) === id),
    )
    return json({
      artifacts: found.map((entry) => ({
        workflow_run_backend_id: this.run,
        workflow_job_run_backend_id: this.job,
        database_id: String(entry.id),
        name: entry.name,
        size: String(entry.finalized?.bytes.length ?? 0),
        created_at: entry.createdAt.toISOString(),
        ...(entry.finalized ? { digest: `sha256:${entry.finalized.digest}` } : {}),
      })),
    })
  }

  private withNamed(message: Message, answer: (entry: Entry) => Reply): Reply {
    const entry = this.ofRun().find((candidate) => candidate.name === textOf(message, 'name'))
    return entry ? answer(entry) : failure(404, 'not_found', 'artifact not found')
  }

  private ofRun(): Entry[] {
    return this.entries.filter((entry) => entry.run === this.run)
  }

  private remove(entry: Entry): void {
    this.entries.splice(this.entries.indexOf(entry), 1)
    this.blobs.delete(entry.blob)
  }
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function textOf(message: Message, name: string): string | undefined {
  const value = message[name]
  return typeof value === 'string' ? value : undefined
}

/** A Twirp error: @actions/artifact shows `msg` to the user. */
function failure(status: number, code: string, msg: string): Reply {
  return json({ code, msg }, status)
}
