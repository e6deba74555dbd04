const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const ALONE = new RegExp(`^${UUID}$`, 'i')
const AFTER_DATASET = new RegExp(`/datasets?/(${UUID})(?=/|$)`, 'i')

/**
 * The UUID that a text is, in lower case and of any version (Visual Layer's own are not of version 4 only). It may be in
 * quotes, in braces, or in both. `undefined` for anything else.
 */
export function uuidIn(text: string): string | undefined {
  const bare = unwrapped(text)
  return ALONE.test(bare) ? bare.toLowerCase() : undefined
}

/**
 * The UUID of the dataset whose page a URL leads to, such as `https://app.visual-layer.com/dataset/<uuid>/data`; the scheme
 * may be missing. `undefined` for anything else.
 */
export function datasetIn(text: string): string | undefined {
  const bare = unwrapped(text)
  if (/[\s\\]/.test(bare)) return undefined
  const url = URL.parse(bare.includes('://') ? bare : `https://${bare}`)
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return undefined
  return AFTER_DATASET.exec(url.pathname)?.[1]?.toLowerCase()
}

/** A text without the pairs of quotes and braces around it, of which there are at most two. */
function unwrapped(text: string): string {
  const once = (wrapped: string) =>
    /^(["'`])(.*)\1$|^\{(.*)\}$/s
      .exec(wrapped)
      ?.slice(2)
      .find((part) => part) ?? wrapped
  return once(once(text.trim()).trim()).trim()
}
