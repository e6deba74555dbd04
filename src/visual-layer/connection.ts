import type { Dispatcher } from 'undici'

/**
 * The one way out to the network: proxies from `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, kept-alive connections, TLS as Node
 * verifies it (`NODE_EXTRA_CA_CERTS` adds a company's own authority), also where `NODE_TLS_REJECT_UNAUTHORIZED=0` was set for some other
 * step of the job: credentials go to nobody who cannot prove who they are. undici's own timers are off where ours watch: the header
 * and body timeouts.
 */
export async function openConnection(): Promise<Dispatcher> {
  const { EnvHttpProxyAgent } = await import('undici')
  const verified = { rejectUnauthorized: true }
  return new EnvHttpProxyAgent({
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
