import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'

/** A request as the routes see it, its body read to the end. */
export interface Call {
  method: string
  /** Without the query, still percent-encoded. */
  path: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: Buffer
}

export interface Reply {
  status: number
  headers?: Record<string, string>
  body?: Buffer | { size: number; open: () => Readable }
}

export type Answer = (call: Call) => Reply | Promise<Reply>

/** One entry of the array that a validation error's `detail` is. */
export interface Complaint {
  type: string
  loc: (string | number)[]
  msg: string
  input: unknown
}

/** Thrown by a route: becomes `{"detail": ...}` with its status, a text or, for 422, an array. */
export class Rejection extends Error {
  readonly status: number
  readonly detail: string | Complaint[]

  constructor(status: number, detail: string | Complaint[]) {
    super(typeof detail === 'string' ? detail : detail.map((complaint) => complaint.msg).join('; '))
    this.status = status
    this.detail = detail
  }
}

/** A 422 about one place of the request. */
export function invalid(loc: (string | number)[], msg: string, input: unknown, type = 'value_error'): Rejection {
  return new Rejection(422, [{ type, loc, msg, input }])
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function json(value: unknown, status = 200): Reply {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(value)) }
}

export function text(body: string, contentType: string, status = 200): Reply {
  return { status, headers: { 'content-type': contentType }, body: Buffer.from(body) }
}

/** What a proxy in front says to a body that it does not let through. */
export function bodyTooLarge(): Reply {
  return text('<html><head><title>413 Request Entity Too Large</title></head></html>\n', 'text/html', 413)
}

/** The page that the web app behind the same host answers with. */
export const webApp =
  '<!doctype html><html><head><title>Visual Layer</title></head><body><div id="root"></div></body></html>\n'
