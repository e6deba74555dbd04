import { randomBytes } from 'node:crypto'
import { open } from 'node:fs/promises'
import { ActionError, describe } from '../errors.ts'

/** A file on disk that is sent under a name. */
export interface FilePart {
  path: string
  /** As the server gets it. */
  fileName: string
  contentType: string
  sizeBytes: number
}

/** What a form carries: a text, or a file that is streamed from disk. */
export type FormPart = { field: string } & ({ value: string } | FilePart)

/** One chunk of a file in memory, in bytes. */
const CHUNK_BYTES = 256 * 1024

/**
 * One sending of a multipart form (RFC 7578) whose files are read as they go out: the memory used grows neither with their
 * number nor with their size. Its length is known beforehand, so that a proxy can reject it as too large at once.
 *
 * Why not undici's `FormData` with file-backed blobs: `request` of undici 8.12 never sends one. `fetch` does, but reports its progress only in
 * diagnostics channels that all requests of the process share, and a file that changes during the upload is an error that does not name it.
 */
export class MultipartForm implements AsyncIterable<Buffer> {
  readonly contentType: string
  readonly contentLength: number
  readonly #parts: readonly FormPart[]
  readonly #heads: readonly Buffer[]
  readonly #end: Buffer
  readonly #onBytes: (sent: number) => void
  #sent = 0
  #whole = false
  #broken: ActionError | undefined

  /** @param onBytes receives how many bytes of the body were handed to the connection so far */
  constructor(parts: readonly FormPart[], onBytes: (sent: number) => void) {
    const boundary = `----visual-layer-${randomBytes(16).toString('hex')}`
    this.contentType = `multipart/form-data; boundary=${boundary}`
    this.#parts = parts
    this.#onBytes = onBytes
    this.#heads = parts.map((part, index) =>
      Buffer.from(`${index === 0 ? '' : '\r\n'}--${boundary}\r\n${head(part)}\r\n`),
    )
    this.#end = Buffer.from(`\r\n--${boundary}--\r\n`)
    const heads = this.#heads.reduce((sum, one) => sum + one.length, 0)
    const contents = parts.reduce((sum, part) => sum + contentBytes(part), 0)
    this.contentLength = heads + contents + this.#end.length
  }

  /** Every byte was handed to the connection, so that the request may have arrived; before that it cannot have. */
  get whole(): boolean {
    return this.#whole
  }

  /** Why a file could not be sent as it was found. */
  get broken(): ActionError | undefined {
    return this.#broken
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    for (const [index, part] of this.#parts.entries()) {
      yield this.#counted(this.#heads[index] ?? Buffer.alloc(0))
      if ('value' in part) yield this.#counted(Buffer.from(part.value))
      else for await (const chunk of this.#file(part)) yield this.#counted(chunk)
    }
    this.#whole = true
    yield this.#counted(this.#end)
  }

  #counted(chunk: Buffer): Buffer {
    this.#sent += chunk.length
    this.#onBytes(this.#sent)
    return chunk
  }

  async *#file({ path, sizeBytes }: FilePart): AsyncGenerator<Buffer> {
    const file = await this.#orBroken(path, open(path))
    try {
      for (let left = sizeBytes; ; ) {
        // One byte more than should be left, so that a file which grew shows it.
        const length = Math.min(left + 1, CHUNK_BYTES)
        const { bytesRead, buffer } = await this.#orBroken(path, file.read(Buffer.allocUnsafe(length), 0, length))
        left -= bytesRead
        if (left < 0 || (left > 0 && bytesRead === 0)) throw this.#changed(path)
        if (bytesRead > 0) yield buffer.subarray(0, bytesRead)
        if (left === 0 && bytesRead < length) return
      }
    } finally {
      await file.close()
    }
  }

  async #orBroken<T>(path: string, reading: Promise<T>): Promise<T> {
    try {
      return await reading
    } catch (error) {
      this.#broken = new ActionError('operation_failed', `Could not read the file ${path}: ${describe(error)}.`, {
        todo: 'Make sure that the file exists and stays readable until the step ends, then re-run the job.',
        cause: error,
      })
      throw this.#broken
    }
  }

  #changed(path: string): ActionError {
    this.#broken = new ActionError('operation_failed', `The file ${path} changed during the upload.`, {
      todo: 'Make sure that nothing writes to the files while the step runs, then re-run the job.',
    })
    return this.#broken
  }
}

function contentBytes(part: FormPart): number {
  return 'value' in part ? Buffer.byteLength(part.value) : part.sizeBytes
}

/** The headers of a part; names are escaped as browsers do (HTML, "multipart form data"). */
function head(part: FormPart): string {
  const name = `content-disposition: form-data; name="${part.field}"`
  if ('value' in part) return `${name}\r\n`
  const file = part.fileName.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
  return `${name}; filename="${file}"\r\ncontent-type: ${part.contentType}\r\n`
}
