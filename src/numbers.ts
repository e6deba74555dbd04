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
