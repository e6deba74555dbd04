import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { type WrittenEntry, writeZip } from '../transfer/archive/zip-writer.ts'
import { exportScene } from '../action/export-scene.ts'

const metadata: WrittenEntry = {
  name: 'metadata.json',
  data: JSON.stringify({ info: { total_media_items: 1 }, media_items: [{ media_id: 'a', file_name: 'a.png' }] }),
}
/** External attributes of a symbolic link made on Unix. */
const link = 0o120777 * 0x1_0000

describe('an archive that means harm', () => {
  const unsafe: [string, WrittenEntry[]][] = [
    ['climbs out of the folder', [metadata, { name: '../../escaped.txt', data: 'x' }]],
    ['climbs out in the middle of a name', [metadata, { name: 'images/../../escaped.txt', data: 'x' }]],
    ['climbs out with backslashes', [metadata, { name: '..\\..\\escaped.txt', data: 'x' }]],
    ['names an absolute path', [metadata, { name: '/tmp/vl-action-escaped.txt', data: 'x' }]],
    ['names a drive', [metadata, { name: 'C:\\escaped.txt', data: 'x' }]],
    ['holds a symbolic link', [metadata, { name: 'images', data: '/tmp', attributes: link }]],
    [
      'claims a size that it does not have',
      [metadata, { name: 'images/bomb.png', data: 'x'.repeat(2000), method: 'deflated', size: 10 }],
    ],
    ['holds two entries of one name', [metadata, { name: 'a.png', data: '1' }, { name: 'a.png', data: '2' }]],
  ]
  it.each(unsafe)('fails when it %s, and leaves nothing', async (_name, entries) => {
    const { scene, inputs, files } = await exportScene()
    await using _ = scene
    scene.world.replaceArchive('next', writeZip(entries))
    const { outputs } = await scene.run({ ...inputs, extract: 'true' })
    expect(['unsafe_archive', 'corrupt_download']).toContain(outputs['error_code'])
    expect(await files()).toEqual([])
    expect(await readdir(scene.job.workspace)).toEqual(expect.not.arrayContaining(['escaped.txt']))
    expect(existsSync(path.join(scene.job.root, 'escaped.txt'))).toBe(false)
    expect(existsSync('/tmp/vl-action-escaped.txt')).toBe(false)
  })

  const damaged: [string, Buffer][] = [
    ['a wrong checksum', writeZip([metadata, { name: 'images/a.png', data: 'x', crc32: 1 }])],
    ['its end cut off', writeZip([metadata]).subarray(0, -30)],
    ['no archive in it', Buffer.from('{"detail": "not here"}')],
    ['nothing in it', Buffer.alloc(0)],
  ]
  for (const extract of ['true', 'false']) {
    it.each(damaged)(`fails as corrupt with %s, extract: ${extract}`, async (_name, bytes) => {
      const { scene, inputs, files } = await exportScene()
      await using _ = scene
      scene.world.replaceArchive('next', bytes)
      const { outputs } = await scene.fail('corrupt_download', { ...inputs, extract, max_retries: '1' })
      expect(outputs['export_path'] ?? '').toBe('')
      expect(await files()).toEqual([])
    })
  }

  it('leaves an earlier export as it was', async () => {
    const { scene, inputs, files } = await exportScene()
    await using _ = scene
    await scene.succeed({ ...inputs, extract: 'true' })
    const before = await files()
    scene.world.replaceArchive('next', writeZip([metadata, { name: '../escaped.txt', data: 'x' }]))
    await scene.fail('unsafe_archive', { ...inputs, extract: 'true' })
    expect(await files()).toEqual(before)
  })

  it('verifies every entry of a ZIP that is kept', async () => {
    const { scene, inputs, outputDir } = await exportScene()
    await using _ = scene
    const bytes = writeZip([metadata, { name: 'images/a.png', data: 'x' }])
    scene.world.replaceArchive('next', bytes)
    const { outputs } = await scene.succeed(inputs)
    expect((await readFile(path.join(outputDir, 'visual-layer-export.zip'))).equals(bytes)).toBe(true)
    expect(outputs['media_count']).toBe('1')
  })

  it('fails as empty where the archive contains no records, unless allowed', async () => {
    const { scene, dataset, inputs, files } = await exportScene()
    await using _ = scene
    const empty = writeZip([{ name: 'metadata.json', data: '{"info":{},"media_items":[]}' }])
    scene.world.replaceArchive('next', empty)
    await scene.fail('rejected', inputs)
    scene.world.replaceArchive('next', empty)
    const taken = await scene.succeed({ ...inputs, allow_empty: 'true' })
    expect(taken.outputs['media_count']).toBe('0')
    const before = await files()
    dataset.items = []
    const nothing = await scene.succeed({ ...inputs, allow_empty: 'true' })
    expect(nothing.outputs).toMatchObject({ media_count: '0', content_digest: taken.outputs['content_digest'] })
    expect(await files()).toEqual(before)
  })

  it.each(['true', 'false'])(
    'leaves the earlier export in place where the new one is empty: extract %s',
    async (extract) => {
      const { scene, inputs, files } = await exportScene()
      await using _ = scene
      await scene.succeed({ ...inputs, extract })
      const before = await files()
      scene.world.replaceArchive('next', writeZip([{ name: 'metadata.json', data: '{"info":{},"media_items":[]}' }]))
      const { outputs } = await scene.fail('rejected', { ...inputs, extract })
      expect(outputs['media_count']).toBe('0')
      expect(await files()).toEqual(before)
    },
  )
})
