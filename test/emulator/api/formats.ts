import { gunzipSync } from 'node:zlib'
import { fromBufferPromise } from 'yauzl'

const media = /\.(?:png|jpg|jpeg|gif|tif|tiff|heic|heif|bmp|webp|jp2|jfif|mp4|avi|dav|m4v|mov|mkv|wmv|flv|webm)$/i
const archive = /\.(?:zip|tar|tar\.gz|tgz)$/i

/** By the extensions that the vendor's FAQ lists. */
export function isMedia(name: string): boolean {
  return media.test(name)
}

export function isArchive(name: string): boolean {
  return archive.test(name)
}

/** The names of the media in a `.zip`, `.tar` or `.tar.gz`. Rejects where the bytes are none. */
export async function mediaInArchive(name: string, bytes: Buffer): Promise<string[]> {
  if (/\.zip$/i.test(name)) return (await zipNames(bytes)).filter(isMedia)
  return tarNames(/gz$/i.test(name) ? gunzipSync(bytes) : bytes).filter(isMedia)
}

async function zipNames(bytes: Buffer): Promise<string[]> {
  const zip = await fromBufferPromise(bytes)
  const names: string[] = []
  for await (const entry of zip.eachEntry()) names.push(entry.fileName)
  return names
}

const tarBlock = 512

function tarNames(bytes: Buffer): string[] {
  const field = (start: number, end: number) => bytes.toString('utf8', start, end).split('\0')[0] ?? ''
  const names: string[] = []
  let offset = 0
  while (offset + tarBlock <= bytes.length && bytes[offset] !== 0) {
    if (!field(offset + 257, offset + 263).startsWith('ustar')) throw new Error('not a tar archive')
    names.push(field(offset, offset + 100))
    const size = Number.parseInt(field(offset + 124, offset + 136).trim(), 8)
    offset += tarBlock + Math.ceil(size / tarBlock) * tarBlock
  }
  return names
}
