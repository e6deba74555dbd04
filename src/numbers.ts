import prettyMilliseconds from 'pretty-ms'

/**
 * A number for people: `1,234,567`; at most three digits after the point. Without `Intl`, which takes 20 ms to load.
 */
export function count(value: number): string {
  const [whole = '', fraction] = String(Number(value.toFixed(3))).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}

/** A number and its noun: `1 class`, `1,234 classes`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

/** A length of time for people, in two units at most: `0.4s`, `8s`, `1m 20s`, `2h 5m`. @param ms milliseconds */
export function duration(ms: number): string {
  const tenths = Math.floor(ms / 100)
  return tenths < 100 ? `${tenths / 10}s` : prettyMilliseconds(Math.floor(ms / 1000) * 1000, { unitCount: 2 })
}

/** How far work is, to follow its figures: ` (40%)`; '' if that says nothing, as 100% of work that continues does not. */
export function percent(done: number, total: number | undefined): string {
  const share = total ? Math.floor((done / total) * 100) : 100
  return share >= 0 && share < 100 ? ` (${share}%)` : ''
}

/** A difference for people: `+12`, `−3` with a real minus, `±0`. */
export function signed(difference: number): string {
  const size = count(Math.abs(difference))
  if (size === '0') return '±0'
  return `${difference < 0 ? '−' : '+'}${size}`
}
