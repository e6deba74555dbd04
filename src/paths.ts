import native, { type PlatformPath } from 'node:path'

// What differs between Linux, macOS and Windows in the names of files, decided here for all of them. `flavour` is the system's own
// way with paths, except in tests of another one.

/**
 * A path below a folder, relative to it and with `/` between its parts; '' for the folder itself, `undefined` for what is
 * elsewhere. Both are taken as they are: links are not looked at.
 */
export function below(folder: string, path: string, flavour: PlatformPath = native): string | undefined {
  const inside = flavour.relative(folder, flavour.resolve(folder, path))
  // On another drive there is no way from one to the other.
  if (inside === '..' || inside.startsWith(`..${flavour.sep}`) || flavour.isAbsolute(inside)) return undefined
  // On Windows a colon begins a hidden stream of a file, and taken for itself the name of a drive.
  if (flavour.sep === '\\' && inside.includes(':')) return undefined
  return inside.split(flavour.sep).join('/')
}

/** A path with `/` between its parts. Only where `\` parts them too: elsewhere it is a character like any other. */
export function slashed(path: string, flavour: PlatformPath = native): string {
  return flavour.sep === '\\' ? path.replaceAll('\\', '/') : path
}

/** A path as a person wrote it, with `/` for the separators of Windows, on every system. */
export function withSlashes(path: string): string {
  return path.replaceAll('\\', '/')
}

/** Whether a path read from a file stays inside the folder it is meant for: relative, no `..`, no drive, no other separators. */
export function isPlain(path: string): boolean {
  if (path.includes('\\') || path.includes('\0') || path.includes(':')) return false
  return path.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..')
}

/** Equal for paths that some disk takes for one: macOS and Windows ignore case, macOS also how accents are composed. */
export function folded(path: string): string {
  return path.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC')
}

/** The longest name of one file or folder on common file systems, in bytes of UTF-8. */
export const LONGEST_NAME = 255

/** `name.ext` with a mark, as `name<mark>.ext`, cut to {@link LONGEST_NAME}. @param mark of ASCII characters */
export function markedName(name: string, mark: string): string {
  const extension = /[^.](\.[^.]{1,16})$/.exec(name)?.[1] ?? ''
  const stem = Buffer.from(name.slice(0, name.length - extension.length))
    .subarray(0, LONGEST_NAME - Buffer.byteLength(extension) - mark.length)
    .toString()
    // A character cut in half.
    .replace(/\uFFFD$/, '')
  return `${stem}${mark}${extension}`
}

const DEVICES = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$)[ ]*(?=\.|$)/i

/**
 * The name of one file or folder as every system and an artifact take it: `" : < > | * ?`, control characters, and dots and spaces
 * at the end become `_`; the name of a device of Windows (`CON`, `nul.txt`) gets one.
 */
export function safeName(name: string): string {
  return (
    name
      .replace(/[":<>|*?\p{Cc}]/gu, '_')
      // Looked for where a run begins only: else a long run that is not at the end would be gone through from each of its characters.
      .replace(/(?<![. ])[. ]+$/, (end) => '_'.repeat(end.length))
      .replace(DEVICES, (device) => `${device}_`)
  )
}
