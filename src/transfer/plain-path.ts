/** Whether a path read from a file stays inside the folder it is meant for: relative, no `..`, no drive, no other separators. */
export function isPlain(path: string): boolean {
  if (path.includes('\\') || path.includes('\0') || path.includes(':')) return false
  return path.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..')
}

/** Equal for paths that some disk takes for one: macOS and Windows ignore case, macOS also how accents are composed. */
export function folded(path: string): string {
  return path.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC')
}
