import { mkdirSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { isPlain } from '../../paths.ts'
import { isPlainFile, look, MOVING_NAME, removeEarlier } from '../earlier-export.ts'
import { MANIFEST_NAME, readManifest } from '../manifest.ts'
import { FILES_FOLDER } from './part-record.ts'

/**
 * Moves what a step had put into the output folder, when it was stopped in the midst of it, back into `work`/files. Without this
 * the next step would find files there that no manifest lists, and would not replace them. What is of another size than it was is
 * found out later, when the parts are looked at. Throws what the disk does.
 *
 * @param work the folder of the parts, in the output folder
 */
export async function takeBack(work: string): Promise<void> {
  const outputDir = dirname(work)
  const moving = await readManifest(join(work, MOVING_NAME))
  // The earlier export's manifest goes before any file is moved: with one there, nothing was.
  if (!moving || look(join(outputDir, MANIFEST_NAME))) return
  const files = join(work, FILES_FOLDER)
  const moved = new Set<string>()
  for (const { path } of moving.files) {
    if (!isPlain(path) || look(join(files, path)) || !isPlainFile(outputDir, path)) continue
    mkdirSync(dirname(join(files, path)), { recursive: true })
    renameSync(join(outputDir, path), join(files, path))
    moved.add(path)
    if (moved.size % 256 === 0) await breathe()
  }
  // Their folders are left empty.
  await removeEarlier(outputDir, { files: moved, leftovers: [] })
}
