export type ServerName = 'api' | 'storage' | 'artifacts' | 'github'

/**
 * What goes wrong. Those with `After`, and those of the reply's transport (`resetMid`, `truncate`, `slow`), let the request
 * take effect; the others, unless they say `effect`, do not.
 */
export type Fault =
  | { kind: 'status'; status: number; body?: string; headers?: Record<string, string> }
  | { kind: 'statusAfter'; status: number; body?: string; headers?: Record<string, string> }
  /** The connection is dropped before the request was looked at. */
  | { kind: 'resetBefore' }
  /** The connection is dropped in place of the reply. */
  | { kind: 'resetAfter' }
  /** The connection is dropped after so many bytes of the reply's body. */
  | { kind: 'resetMid'; afterBytes: number }
  /** Never answered. */
  | { kind: 'hang' }
  | { kind: 'hangAfter' }
  /** The web app's page with status 200. */
  | { kind: 'html200'; effect: boolean }
  | { kind: 'body'; text: string; status?: number; contentType?: string; effect?: boolean }
  /** Answered as usual, `ms` milliseconds later. */
  | { kind: 'delay'; ms: number }
  /** The body cut in half, with a content-length that fits. */
  | { kind: 'truncate' }
  | { kind: 'slow'; bytesPerSecond: number }

export interface FaultRule {
  method?: string
  /** Tried on the path without its query. */
  path: RegExp
  /** Tried on the query, without its question mark. */
  query?: RegExp
  /** The first so many requests that match pass. */
  skip?: number
  /** How many requests it hits; 1 unless given, Infinity allowed. */
  times?: number
  /** `api` unless given. */
  server?: ServerName
  fault: Fault
}

/** The rules in force, first come first served. */
export class Faults {
  private readonly rules: { rule: FaultRule; skip: number; hits: number }[] = []

  add(rule: FaultRule): void {
    this.rules.push({ rule, skip: rule.skip ?? 0, hits: 0 })
  }

  /** Whether a request has met this fault. */
  wasMet(rule: FaultRule): boolean {
    return this.rules.some((entry) => entry.rule === rule && entry.hits > 0)
  }

  clear(): void {
    this.rules.length = 0
  }

  /** The fault that this request meets, if any. Each rule that matches counts the request. */
  take(server: ServerName, method: string, url: URL): Fault | undefined {
    for (const entry of this.rules) {
      const { rule } = entry
      if ((rule.server ?? 'api') !== server || entry.hits >= (rule.times ?? 1)) continue
      if ((rule.method !== undefined && rule.method !== method) || !new RegExp(rule.path).test(url.pathname)) continue
      if (rule.query && !new RegExp(rule.query).test(url.search.slice(1))) continue
      if (entry.skip > 0) {
        entry.skip -= 1
        continue
      }
      entry.hits += 1
      return rule.fault
    }
    return undefined
  }
}
