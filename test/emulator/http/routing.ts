import { type Answer, type Call, invalid, isRecord, json, type Reply, Rejection } from './reply.ts'

/** What a route gets: the call, and the values of the `:names` in its pattern. */
export interface RouteCall extends Call {
  param(name: string): string
}

export interface Route {
  method: string
  /** Such as `/dataset/:dataset_id/snapshot`. */
  pattern: string
  answer(call: RouteCall): Reply | Promise<Reply>
}

/** An answer that looks the call up in `routes`: 404 and 405 as FastAPI gives them. */
export function routed(prefix: string, routes: Route[]): Answer {
  const compiled = routes.map((route) => {
    const names: string[] = []
    const source = route.pattern.replaceAll(/:(\w+)/g, (_match, name: string) => {
      names.push(name)
      return '([^/]+)'
    })
    return { route, names, expression: new RegExp(`^${prefix}${source}$`) }
  })
  return (call) => {
    let otherMethod = false
    for (const { route, names, expression } of compiled) {
      const match = expression.exec(call.path)
      if (!match) continue
      if (route.method !== call.method) {
        otherMethod = true
        continue
      }
      const params = new Map(names.map((name, index) => [name, decodeURIComponent(match[index + 1] ?? '')]))
      return route.answer({ ...call, param: (name) => params.get(name) ?? '' })
    }
    if (otherMethod) throw new Rejection(405, 'Method Not Allowed')
    throw new Rejection(404, 'Not Found')
  }
}

/** The reply that has no body, or the literal null where the style says so. */
export function empty(status: number, nullBodies: boolean): Reply {
  return nullBodies ? json(null, status) : { status }
}

/** The path parameter as a UUID. @throws Rejection 422 */
export function uuidParam(call: RouteCall, name: string): string {
  const value = call.param(name)
  if (!isUuid(value)) {
    throw invalid(['path', name], 'Input should be a valid UUID, invalid character', value, 'uuid_parsing')
  }
  return value.toLowerCase()
}

export function isUuid(value: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(value)
}

/** An integer of the query within its bounds. @throws Rejection 422 */
export function integerQuery(
  call: Call,
  name: string,
  bounds: { fallback: number; min: number; max?: number },
): number {
  const raw = call.query.get(name)
  if (raw === null) return bounds.fallback
  if (!/^-?\d+$/.test(raw)) {
    throw invalid(
      ['query', name],
      'Input should be a valid integer, unable to parse string as an integer',
      raw,
      'int_parsing',
    )
  }
  const value = Number(raw)
  if (value < bounds.min) {
    throw invalid(['query', name], `Input should be greater than or equal to ${bounds.min}`, raw, 'greater_than_equal')
  }
  if (bounds.max !== undefined && value > bounds.max) {
    throw invalid(['query', name], `Input should be less than or equal to ${bounds.max}`, raw, 'less_than_equal')
  }
  return value
}

/** A boolean as FastAPI reads it, of a query or a form. @throws Rejection 422 */
export function booleanText(raw: string | null | undefined, loc: string[], fallback: boolean): boolean {
  if (raw === null || raw === undefined) return fallback
  const word = raw.toLowerCase()
  if (['true', '1', 'yes', 'on', 't', 'y'].includes(word)) return true
  if (['false', '0', 'no', 'off', 'f', 'n'].includes(word)) return false
  throw invalid(loc, 'Input should be a valid boolean, unable to interpret input', raw, 'bool_parsing')
}

/** One of the allowed words. @throws Rejection 422 where it is absent without a fallback, or another word */
export function choiceQuery<T extends string>(call: Call, name: string, allowed: readonly T[], fallback?: T): T {
  const raw = call.query.get(name)
  if (raw === null) {
    if (fallback !== undefined) return fallback
    throw invalid(['query', name], 'Field required', null, 'missing')
  }
  const found = allowed.find((word) => word === raw)
  if (found !== undefined) return found
  const words = allowed.map((word) => `'${word}'`).join(', ')
  throw invalid(['query', name], `Input should be ${words}`, raw, 'enum')
}

/** The body as a JSON object. @throws Rejection 422 */
export function jsonObject(call: Call): Record<string, unknown> {
  if (call.body.length === 0) throw invalid(['body'], 'Field required', null, 'missing')
  let value: unknown
  try {
    value = JSON.parse(call.body.toString('utf8'))
  } catch (error) {
    throw invalid(['body', 0], `JSON decode error: ${String(error)}`, {}, 'json_invalid')
  }
  if (!(call.headers['content-type'] ?? '').includes('json') || !isRecord(value)) {
    throw invalid(
      ['body'],
      'Input should be a valid dictionary or object to extract fields from',
      value,
      'model_attributes_type',
    )
  }
  return value
}

/** A text field of a JSON body; null counts as absent. @throws Rejection 422 */
export function textField(body: Record<string, unknown>, name: string): string | undefined {
  const value = body[name]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  throw invalid(['body', name], 'Input should be a valid string', value, 'string_type')
}
