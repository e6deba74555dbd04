/**
 * A download that can be asked again for a fresh link. The link is a secret while it lives (its query signs it), so no
 * message, log line, or output may contain it: {@link placeOf} says what may be shown.
 */
export interface Source {
  /** The link to use now: http or https. */
  link(): URL
  /** Asks for a fresh link, after which {@link link} gives it. Throws an `ActionError` when there is none to be had. */
  renew(): Promise<void>
}

/** What a message may show of a link: the host and the last part of the path, never the query that signs it. */
export function placeOf(link: URL): string {
  const last = link.pathname.split('/').findLast((part) => part !== '')
  return last === undefined ? link.host : `${decode(last)} at ${link.host}`
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
