import type { Emulator } from './emulator.ts'

export interface Called {
  status: number
  headers: Headers
  text: string
  /** The parsed text; undefined where it is empty or no JSON. */
  body: unknown
}

/** A call of the emulator's API with a fresh token: `call('POST', '/dataset/…/snapshot', { name: 'x' })`. */
export type ApiCall = (method: string, path: string, body?: FormData | object) => Promise<Called>

/** Plain calls for the emulator's own tests, without any of the client that it is there to test. */
export function callsOf(emulator: Emulator): ApiCall {
  return async (method, path, body) => {
    const headers: Record<string, string> = { authorization: `Bearer ${emulator.token()}` }
    if (body !== undefined && !(body instanceof FormData)) headers['content-type'] = 'application/json'
    const sent = body instanceof FormData || body === undefined ? body : JSON.stringify(body)
    return await called(
      await fetch(`${emulator.url}/api/v1${path}`, { method, headers, ...(sent === undefined ? {} : { body: sent }) }),
    )
  }
}

export async function called(response: Response): Promise<Called> {
  const text = await response.text()
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    body = undefined
  }
  return { status: response.status, headers: response.headers, text, body }
}
