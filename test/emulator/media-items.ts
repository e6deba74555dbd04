import { createHash, randomUUID } from 'node:crypto'
import { crc32, deflateSync } from 'node:zlib'
import type { MediaItem } from './model.ts'

const labels = ['cat', 'dog', 'bird', 'car']

/**
 * Media with attributes that follow from their number alone: label `cat`, `dog`, `bird`, `car` in turn; an issue `blur` on
 * each fifth and `duplicates` on each seventh; an object on each third; uniqueness in hundredths. Clusters in turn; the last
 * `unclustered` ones, beside the others, in none.
 */
export function makeMedia(options: {
  images: number
  videos?: number
  clusters?: number
  unclustered?: number | undefined
  from?: number
}): MediaItem[] {
  const { videos = 0, clusters = 4, unclustered = 0, from = 0 } = options
  const clustered = options.images + videos
  const clusterIds = Array.from({ length: Math.max(1, Math.min(clusters, clustered)) }, () => randomUUID())
  return makeItems({
    images: options.images + unclustered,
    videos,
    from,
    clusterOf: (index) => (index < clustered ? (clusterIds[index % clusterIds.length] ?? '') : ''),
  })
}

/** Media in clusters of these sizes, one cluster after another; `videos` of them are frames, the last ones. */
export function makeClusters(options: { sizes: readonly number[]; videos: number; unclustered?: number | undefined }): {
  items: MediaItem[]
  /** One for each size 0. */
  emptyClusters: string[]
} {
  const { sizes, videos, unclustered = 0 } = options
  const clusterIds = sizes.flatMap((size) => {
    const id = randomUUID()
    return Array.from({ length: size }, () => id)
  })
  return {
    items: makeItems({
      images: clusterIds.length + unclustered - videos,
      videos,
      from: 0,
      clusterOf: (index) => clusterIds[index] ?? '',
    }),
    emptyClusters: sizes.filter((size) => size === 0).map(() => randomUUID()),
  }
}

function makeItems(options: {
  images: number
  videos: number
  from: number
  clusterOf: (index: number) => string
}): MediaItem[] {
  const { images, videos, from } = options
  return Array.from({ length: images + videos }, (_, index) => {
    const number = from + index + 1
    const clusterId = options.clusterOf(index)
    if (index < images) {
      const fileName = `image_${String(number).padStart(5, '0')}.png`
      return makeItem({ number, clusterId, fileName, filePath: `images/${fileName}` })
    }
    // A frame's name repeats from video to video; its path holds the video's time stamp.
    const fileName = `frame_${String(number % 5).padStart(4, '0')}.png`
    const filePath = `videos/clip_2026-01-02T03:04:${String(number).padStart(5, '0')}.mp4/${fileName}`
    return makeItem({ number, clusterId, fileName, filePath, frameTimestamp: (number % 5) * 0.5 })
  })
}

/** The item that an uploaded file becomes. */
export function itemOfFile(file: { name: string; bytes?: Buffer }, number: number, clusterId: string): MediaItem {
  const fileName = file.name.split('/').at(-1) ?? file.name
  return makeItem({ number, clusterId, fileName, filePath: file.name, bytes: file.bytes })
}

function makeItem(options: {
  number: number
  clusterId: string
  fileName: string
  filePath: string
  frameTimestamp?: number
  bytes?: Buffer | undefined
}): MediaItem {
  const { number } = options
  return {
    mediaId: randomUUID(),
    mediaType: options.frameTimestamp === undefined ? 'image' : 'video_frame',
    fileName: options.fileName,
    filePath: options.filePath,
    clusterId: options.clusterId,
    uniqueness: ((number * 37) % 100) / 100,
    labels: [labels[number % labels.length] ?? 'cat'],
    issues: [
      ...(number % 5 === 0 ? [{ type: 'blur' as const, confidence: 0.9 }] : []),
      ...(number % 7 === 0 ? [{ type: 'duplicates' as const, confidence: 0.95 }] : []),
    ],
    objects: number % 3 === 0 ? ['wheel'] : [],
    tags: [],
    caption: number % 2 === 0 ? `a photo of a ${labels[number % labels.length]}, number ${number}` : undefined,
    frameTimestamp: options.frameTimestamp,
    bytes: options.bytes,
  }
}

/** Where an export with images puts the item's file, under `images/`. */
export function imageName(item: MediaItem): string {
  return item.mediaType === 'video_frame' ? item.filePath : item.fileName
}

/** The item's file: what was uploaded, or else a small valid PNG whose pixels follow from the media id. */
export function imageBytes(item: MediaItem): Buffer {
  if (item.bytes) return item.bytes
  const side = 8
  const pixels = createHash('shake256', { outputLength: side * side * 3 })
    .update(item.mediaId)
    .digest()
  const rows = Array.from({ length: side }, (_, row) =>
    Buffer.concat([Buffer.from([0]), pixels.subarray(row * side * 3, (row + 1) * side * 3)]),
  )
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  header.set([8, 2, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk('IHDR', header),
    // Stored, not compressed, so that every one is of the same size.
    pngChunk('IDAT', deflateSync(Buffer.concat(rows), { level: 0 })),
    pngChunk('IEND', Buffer.alloc(0)),
  ])
}

let madeSize: number | undefined

/** Size of the item's file in bytes, without making it. */
export function imageSize(item: MediaItem): number {
  if (item.bytes) return item.bytes.length
  madeSize ??= imageBytes(item).length
  return madeSize
}

function pngChunk(type: string, data: Buffer): Buffer {
  const chunk = Buffer.alloc(12 + data.length)
  chunk.writeUInt32BE(data.length, 0)
  chunk.write(type, 4, 'latin1')
  data.copy(chunk, 8)
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length)
  return chunk
}
