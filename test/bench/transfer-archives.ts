import { createCipheriv } from 'node:crypto'
import path from 'node:path'
import { promisify } from 'node:util'
import { constants, crc32, deflateRaw, deflateRawSync } from 'node:zlib'
import { type PackedFile, ZipFileWriter } from './transfer-zip.ts'

const deflate = promisify(deflateRaw)

/** An archive on disk. */
export interface BenchArchive {
  name: string
  path: string
  sizeBytes: number
}

const JSON_BYTES = 400 * 1024 ** 2
const IMAGES = 5_000
const IMAGE_BYTES = 40_000
const LARGE_IMAGE_BYTES = 400_000
/** Records are made and packed in pieces of so many, a piece a processor. */
const PIECE_RECORDS = 40_000
const PIECES_AT_ONCE = 4
/** Of a record, so that it packs to about a fifth. */
const RANDOM_BYTES = 40

/** About 400 MiB of records in one file, packed to about a fifth, as an export without images is. */
export async function jsonArchive(folder: string): Promise<BenchArchive> {
  return write(folder, 'one-json', [await metadata((bytes) => bytes >= JSON_BYTES)])
}

/** So many records of about 800 bytes in one file, packed. */
export async function recordsArchive(folder: string, count: number): Promise<BenchArchive> {
  return write(folder, `records-${count}`, [await metadata((_, records) => records >= count)])
}

/** 5,000 images of 40 kB that nothing compresses, and their records. */
export async function imagesArchive(folder: string, method: PackedFile['method']): Promise<BenchArchive> {
  const bytes = noise(IMAGES * IMAGE_BYTES)
  const files = [await metadata((_, count) => count >= IMAGES)]
  for (let number = 0; number < IMAGES; number += 1) {
    const image = bytes.subarray(number * IMAGE_BYTES, (number + 1) * IMAGE_BYTES)
    // At any level it comes out as blocks that are stored; at the lowest soonest.
    const packed = [method === 'stored' ? image : deflateRawSync(image, { level: 1 })]
    files.push({ name: imageName(number), method, size: image.length, crc32: crc32(image), packed })
  }
  return write(folder, `images-${method}`, files)
}

/** An archive of at least `atLeast` bytes: images of 400 kB that are all zeros, so that the archive itself takes no disk. */
export async function largeArchive(folder: string, atLeast: number): Promise<BenchArchive> {
  const count = Math.ceil(atLeast / LARGE_IMAGE_BYTES)
  const image = {
    method: 'stored' as const,
    size: LARGE_IMAGE_BYTES,
    crc32: crc32(Buffer.alloc(LARGE_IMAGE_BYTES)),
    packed: LARGE_IMAGE_BYTES,
  }
  const images = Array.from({ length: count }, (_, number) => ({ ...image, name: imageName(number) }))
  return write(folder, `large-${atLeast}`, [await metadata((_, records) => records >= count), ...images])
}

function write(folder: string, name: string, files: readonly PackedFile[]): BenchArchive {
  const where = path.join(folder, `${name}.zip`)
  const zip = new ZipFileWriter(where)
  for (const file of files) zip.add(file)
  return { name: `${name}.zip`, path: where, sizeBytes: zip.finish() }
}

function imageName(number: number): string {
  return `images/image_${String(number + 1).padStart(6, '0')}.jpg`
}

/** `metadata.json` with records until there are enough of them. */
async function metadata(enough: (bytes: number, records: number) => boolean): Promise<PackedFile> {
  const packed: Promise<Buffer>[] = []
  let size = 0
  let crc = 0
  let records = 0
  for (let last = false; !last; ) {
    const lines: string[] = records === 0 ? [HEAD] : []
    const random = noise(PIECE_RECORDS * RANDOM_BYTES, records)
    let bytes = size
    for (let made = 0; made < PIECE_RECORDS && !last; made += 1) {
      const line = `${records === 0 ? '' : ','}${record(records, random.subarray(made * RANDOM_BYTES, (made + 1) * RANDOM_BYTES))}`
      lines.push(line)
      bytes += line.length
      records += 1
      last = enough(bytes, records)
    }
    if (last) lines.push(']}')
    const piece = Buffer.from(lines.join(''))
    size += piece.length
    crc = crc32(piece, crc)
    // Pieces that end on a byte, but for the last one not the stream, make one stream when put together.
    packed.push(deflate(piece, { finishFlush: last ? constants.Z_FINISH : constants.Z_FULL_FLUSH }))
    if (packed.length % PIECES_AT_ONCE === 0) await Promise.all(packed)
  }
  return { name: 'metadata.json', method: 'deflated', size, crc32: crc, packed: await Promise.all(packed) }
}

const HEAD =
  '{"info":{"schema_version":"1.1","dataset":"bench","description":"","dataset_url":"https://app.visual-layer.com/dataset/0a1b2c3d-4e5f-1789-abcd-ef0123456789/data","export_time":"2026-01-02T03:04:05","dataset_creation_time":"2026-01-01T00:00:00","exported_by":"ci@example.org"},"media_items":['

/** A record with the eleven keys of a real one, and as many issues as such have. */
function record(number: number, random: Buffer): string {
  const name = imageName(number).slice('images/'.length)
  const id = uuid(random)
  const issue = (issue_type: string, at: number, more: object = {}) => ({
    type: 'issue',
    properties: { issue_type, confidence: random.readUInt16LE(at) / 0x10000, ...more },
  })
  return JSON.stringify({
    media_id: id,
    media_type: 'image',
    file_name: name,
    file_path: `/data/bench/${name}`,
    file_size: `${(random.readUInt16LE(16) / 100).toFixed(2)}KB`,
    uniqueness_score: random.readUInt16LE(18) / 0x10000,
    height: 480,
    width: 640,
    url: `https://cdn.example.org/0a1b2c3d-4e5f-1789-abcd-ef0123456789/images/${id}/${name}`,
    cluster_id: uuid(Buffer.alloc(16, random.readUInt8(18))),
    metadata_items: [
      { type: 'image_label', properties: { category_name: 'cat', source: 'VL', original_id: -1 } },
      issue('blur', 20),
      issue('duplicates', 22, { duplicate_group_id: uuid(random.subarray(24)), duplicate_threshold: 0.96 }),
    ],
  })
}

function uuid(bytes: Buffer): string {
  const hex = bytes.toString('hex', 0, 16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** Bytes that nothing compresses, the same ones each time. */
function noise(bytes: number, seed = 0): Buffer {
  const start = Buffer.alloc(16)
  start.writeUInt32LE(seed)
  return createCipheriv('aes-128-ctr', 'benchmark-of-us!', start).update(Buffer.alloc(bytes))
}
