import { describe } from '../errors.ts'
import { type Body, isRecord, spelled } from './reply.ts'
import { headerOf, type Headers } from './headers.ts'

/** Headers by which Visual Layer, S3, and Cloudflare find a request in their logs. */
const ID_HEADERS = ['x-request-id', 'x-amz-request-id', 'x-amz-id-2', 'cf-ray']
/** An ID, and not a sentence or a secret of another kind. */
const ID = /^\w[\w.+/=:@-]{0,127}$/
const LONGEST_BODY_CHARS = 600

/** A response as far as it came. */
export interface Received {
  status: number
  headers: Headers
  body?: Body
}

/** The IDs in a response, for people: `x-request-id: 4f1c, cf-ray: 9a0b`. Empty if there are none. */
export function requestIds(reply: Pick<Received, 'headers' | 'body'> | undefined): string {
  if (!reply) return ''
  const ids = ID_HEADERS.map((name) => [name, headerOf(reply.headers, name)])
  const json = reply.body?.kind === 'json' ? reply.body.json : undefined
  // Some services put them next to the message, below `error`.
  const places = isRecord(json) ? [json, ...Object.values(json).filter(isRecord)] : []
  for (const [name, value] of places.flatMap((place) => Object.entries(place)))
    if (name === 'request_id' || name === 'requestId') ids.push([name, String(value)])
  return ids
    .filter(([, id]) => id !== undefined && ID.test(id))
    .map(([name, id]) => `${name}: ${id}`)
    .join(', ')
}

/**
 * The line of an error that lets the people who run a service find the request: method, path without its query, UTC time, and IDs.
 *
 * @param path as far as it may be shown
 * @param atMs when the request was sent, in ms since the Unix epoch
 */
export function traceLine(method: string, path: string, atMs: number, ids: string): string {
  const at = `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`
  return `Request, for support: ${method} ${path}, ${at}${ids === '' ? '' : `, ${ids}`}`
}

/** An attempt and its response in one line for the debug log; with the body if it failed. `failure` is what it led to. */
export function exchangeLine(
  method: string,
  path: string,
  ms: number,
  reply: Received | undefined,
  failure: unknown,
): string {
  const broken = reply && failure !== undefined && !reply.body ? `, then ${describe(failure)}` : ''
  const end = reply ? `${reply.status}${broken}` : `no response (${describe(failure)})`
  const ids = requestIds(reply)
  const body = reply?.body && (failure !== undefined || reply.status >= 400) ? `; body: ${debugBody(reply.body)}` : ''
  return `${method} ${path}: ${end} in ${Math.round(ms)} ms${ids === '' ? '' : `, ${ids}`}${body}`
}

/**
 * A body as the debug log may show it: on one line, shortened, without the queries that sign links, tokens, and fields that are named
 * as secrets. Whatever else is a secret of this step is masked in the log itself.
 */
function debugBody(body: Body): string {
  if (body.kind === 'empty') return '(empty)'
  const text = (body.kind === 'json' ? spelled(body.json) : body.text).slice(0, 8 * LONGEST_BODY_CHARS)
  const bare = text
    .replace(/(https?:\/\/[^\s"'<>?\\]{1,2000})\?[^\s"'<>\\]*/gi, '$1?***')
    .replace(
      /\b([\w-]{0,60}(?:signature|credential|security-token|access_?key|secret|token|password)[\w-]{0,60}=)[^&\s"'<>]+/gi,
      '$1***',
    )
    .replace(
      /("[\w-]{0,60}(?:signature|credential|access_?key|secret|token|password|authorization)[\w-]{0,60}"\s*:\s*)"(?:[^"\\]|\\.)*"?/gi,
      '$1"***"',
    )
    .replace(/(<[\w-]{0,60}(?:signature|stringtosign|canonicalrequest|accesskey|token)[\w-]{0,60}>)[^<]*/gi, '$1***')
    .replace(/\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g, '***')
    .replace(/\b(bearer\s+)[^\s"'<>]+/gi, '$1***')
    .replace(/\s+/g, ' ')
  return bare.length > LONGEST_BODY_CHARS ? `${bare.slice(0, LONGEST_BODY_CHARS)}…` : bare
}
