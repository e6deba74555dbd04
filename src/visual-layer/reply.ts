import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib'

/** The longest excerpt of a response that an error shows, in characters. */
const EXCERPT_CHARS = 300
/** Only this many characters of a web page are examined: what looks for tags may take the square of their number. */
const PAGE_CHARS = 10_000
/** The words of an error are in the first objects of its body, or not at all. */
const DEEPEST_WORDS = 5

/** No documented response comes near this size, in bytes. */
export const LARGEST_REPLY = 256 * 1024 * 1024

const DECODERS: Record<string, (bytes: Buffer, options: { maxOutputLength: number }) => Buffer> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
  zstd: zstdDecompressSync,
}

/**
 * The text of a body. Requests accept no compression, but a gateway may compress all the same: without `Accept-Encoding` HTTP allows
 * it. Throws an Error that names an encoding which cannot be read.
 *
 * @param encoding the `Content-Encoding`, if there is one
 */
export function decodedText(bytes: Buffer, encoding: string | undefined): string {
  let plain = bytes
  for (const name of (encoding ?? '').toLowerCase().split(',').reverse()) {
    const coding = name.trim()
    if (coding === '' || coding === 'identity') continue
    const decode = DECODERS[coding]
    if (!decode) throw new Error(`it is encoded as "${coding.slice(0, 40)}", which this action cannot read`)
    try {
      plain = decode(plain, { maxOutputLength: LARGEST_REPLY })
    } catch (error) {
      throw new Error(`its ${coding} encoding is damaged`, { cause: error })
    }
  }
  return plain.toString('utf8')
}

/** The body of a response: nothing, JSON, or something else (a web page, a cut-off transfer). */
export type Body = { kind: 'empty' } | { kind: 'json'; json: unknown } | { kind: 'other'; text: string }

/** Reads a body by what it is, not by its content type: the API's own word for it is not always right. */
export function readBody(text: string): Body {
  const trimmed = text.trim()
  if (trimmed === '') return { kind: 'empty' }
  try {
    return { kind: 'json', json: JSON.parse(trimmed) as unknown }
  } catch {
    return { kind: 'other', text: trimmed }
  }
}

/** The text that a body is: '' for none, and a JSON string for what it says. `undefined` for other JSON. */
export function plainText(body: Body): string | undefined {
  if (body.kind === 'json') return typeof body.json === 'string' ? body.json.trim() : undefined
  return body.kind === 'empty' ? '' : body.text
}

/** A JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Takes a web page's text apart far enough for a log: its title, or its words without tags. */
function pageWords(page: string): string {
  const html = page.slice(0, PAGE_CHARS)
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(html)?.[1]?.trim()
  if (title) return `a web page titled "${title}"`
  return html
    .replace(/<(script|style)[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}

/** A short excerpt of a body, for a message. */
export function excerpt(body: Body): string {
  if (body.kind === 'empty') return 'an empty body'
  const text = body.kind === 'json' ? spelled(body.json) : body.text
  const words = text.startsWith('<') ? pageWords(text) : text
  return words.length > EXCERPT_CHARS ? `${words.slice(0, EXCERPT_CHARS)}…` : words
}

/** JSON as text. What is nested thousands of levels deep can be read, but not written. */
export function spelled(json: unknown): string {
  try {
    return JSON.stringify(json)
  } catch {
    return 'JSON that is nested too deeply to show'
  }
}

function validationWords(item: unknown): string {
  if (!isRecord(item)) return String(item)
  const place = Array.isArray(item['loc']) ? item['loc'].join('.') : ''
  const message = typeof item['msg'] === 'string' ? item['msg'] : spelled(item)
  return place === '' ? message : `${place}: ${message}`
}

/**
 * The API's own words in the body of an error. Known forms: `{"detail": "text"}`, `{"detail": [{loc, msg, ...}]}` (422),
 * `{"error": "text"}`, `{"status": "error", "message": "text"}`; docs.visual-layer.com, error handling page, and public clients.
 */
export function errorWords(body: Body): string {
  if (body.kind === 'empty') return ''
  if (body.kind === 'json') {
    const words = wordsOf(body.json)
    if (words !== undefined) return words
  }
  return excerpt(body)
}

function wordsOf(json: unknown, depth = 0): string | undefined {
  if (typeof json === 'string') return json
  if (!isRecord(json) || depth === DEEPEST_WORDS) return undefined
  for (const key of ['detail', 'error', 'message', 'error_message', 'msg']) {
    const value = json[key]
    if (typeof value === 'string' && value.trim() !== '') return value
    if (Array.isArray(value) && value.length > 0) return value.map(validationWords).join('; ')
    if (isRecord(value)) return wordsOf(value, depth + 1) ?? spelled(value)
  }
  return undefined
}

/**
 * A rejection that came with HTTP 200: `{"error": ...}` (export start) or `{"status": "error", "message": ...}` (creation), as
 * recorded in public clients. `undefined` where the response is no rejection.
 */
export function rejectionIn(json: unknown): string | undefined {
  if (!isRecord(json)) return undefined
  if ('id' in json || 'dataset_id' in json || 'snapshot_id' in json || 'tasks' in json) return undefined
  const { error, status, message, detail } = json
  const saysError = (typeof error === 'string' && error !== '') || isRecord(error)
  const saysStatus = typeof status === 'string' && status.toLowerCase() === 'error' && (message ?? detail) !== undefined
  return saysError || saysStatus ? (wordsOf(json) ?? spelled(json)) : undefined
}
