import type { Dispatcher } from 'undici'
import { ActionError } from '../errors.ts'

/** Proxy addresses with a scheme; `undefined` if the environment names none. */
export interface Proxies {
  http?: string | undefined
  https?: string | undefined
}

/**
 * Reads the proxies from `http_proxy`, `HTTP_PROXY`, `https_proxy`, and `HTTPS_PROXY`; `host:port` is taken as `http://host:port`,
 * also in the environment itself, because the artifact library reads it too. Throws `invalid_input`, which never shows the value,
 * because it may contain a password.
 */
export function readProxies(env: NodeJS.ProcessEnv): Proxies {
  return { http: readProxy(env, 'http_proxy'), https: readProxy(env, 'https_proxy') }
}

function readProxy(env: NodeJS.ProcessEnv, lowerCase: string): string | undefined {
  const name = env[lowerCase] === undefined ? lowerCase.toUpperCase() : lowerCase
  const given = env[name]?.trim()
  if (!given) return undefined
  const address = /^[a-z][a-z\d+.-]*:\/\//i.test(given) ? given : `http://${given}`
  if (!isProxy(address)) {
    throw new ActionError(
      'invalid_input',
      `The environment variable ${name} is not a valid proxy address (not shown).`,
      {
        todo: `It must be http://host:port or http://user:password@host:port, with special characters in the password percent-encoded (% is %25). Fix it where the runner or the workflow sets it (env: ${name}: http://host:port), or unset it. Nothing was sent to Visual Layer.`,
      },
    )
  }
  env[name] = address
  return address
}

function isProxy(address: string): boolean {
  const url = URL.parse(address)
  if (!url || !/^https?:$/.test(url.protocol) || url.hostname === '') return false
  try {
    decodeURIComponent(url.username)
    decodeURIComponent(url.password)
    return true
  } catch {
    return false
  }
}

/**
 * The one way out to the network: the given proxies and `NO_PROXY`, kept-alive connections, TLS as Node verifies it
 * (`NODE_EXTRA_CA_CERTS` adds a company's own authority), even if `NODE_TLS_REJECT_UNAUTHORIZED=0` was set for some other step of the
 * job: credentials go to nobody who cannot prove who they are. undici's own timers are off where ours watch: the header and body
 * timeouts.
 */
export async function openConnection({ http, https }: Proxies = {}): Promise<Dispatcher> {
  const { EnvHttpProxyAgent } = await import('undici')
  const verified = { rejectUnauthorized: true }
  return new EnvHttpProxyAgent({
    ...(http === undefined ? {} : { httpProxy: http }),
    ...(https === undefined ? {} : { httpsProxy: https }),
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: 30_000, ...verified },
    proxyTls: verified,
    requestTls: verified,
    // Several connections are several only in HTTP/1.1: HTTP/2 would make streams of one.
    allowH2: false,
    // Below the usual idle limits of load balancers, so that a request is seldom written to a socket that is being closed.
    keepAliveTimeout: 4_000,
  })
}
