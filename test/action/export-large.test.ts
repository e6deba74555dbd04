import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import { digestOf, mediaItem, metadataJson } from '../export/export-bytes.ts'
import { writeZip } from '../transfer/archive/zip-writer.ts'
import { exportScene } from './export-scene.ts'

const MIB = 1024 * 1024
/** Enough of both that the bundle starts its threads: images to unpack, and records to hash (some 20 MiB). */
const IMAGES = 40
const RECORDS = 50_000

const images = Array.from({ length: IMAGES }, (_, number) => ({ name: `images/${number}.jpg`, data: randomBytes(MIB) }))
const items = Array.from({ length: RECORDS }, (_, number) => mediaItem(`item-${number}`))
const metadata = { name: 'metadata.json', data: metadataJson(items), method: 'stored' as const }
const stored = images.map((image) => ({ ...image, method: 'stored' as const }))

it('unpacks and counts a large export in the threads of the bundle, fetched over several connections', async () => {
  const { scene, inputs, outputDir } = await exportScene({}, {})
  await using _ = scene
  scene.world.replaceArchive('next', writeZip([metadata, ...stored]))
  const { outputs } = await scene.succeed({ ...inputs, extract: 'true', timeout: '60s' })
  expect(outputs).toMatchObject({ media_count: String(RECORDS), content_digest: digestOf(items) })
  for (const { name, data } of images) expect((await readFile(path.join(outputDir, name))).equals(data)).toBe(true)
  const downloads = scene.emulator.requests.filter(({ server, method }) => server === 'storage' && method === 'GET')
  expect(downloads.length).toBeGreaterThan(1)
})

it('reports what is wrong with a large export as it does of a small one', async () => {
  const { scene, inputs, files } = await exportScene({}, {})
  await using _ = scene
  const damaged = stored.map((image, number) => (number === IMAGES - 1 ? { ...image, crc32: 1 } : image))
  scene.world.replaceArchive('next', writeZip([metadata, ...damaged]))
  const { errors } = await scene.fail('corrupt_download', { ...inputs, extract: 'true', timeout: '60s' })
  expect(errors[0]).toContain('its checksum (CRC-32) is wrong')
  expect(await files()).toEqual([])
})
