import { CocoFile } from '../../src/export/coco/coco-file.ts'
import { readExport } from '../../src/export/records/metadata-files.ts'

/** Reads the records of an export as a step does; writes a COCO file into a folder meanwhile if one is given. Tells how many boxes it has. */
const [file = '', folder] = process.argv.slice(2)
const { signal } = new AbortController()
const coco = folder === undefined ? undefined : new CocoFile({ labels: 'all' })
if (folder !== undefined) await coco?.begin(folder)
const take = async (batch: Parameters<CocoFile['take']>[0]) => coco?.take(batch)
const { contentDigest } = await readExport({ file, format: 'json' }, { signal, wanted: { ...coco?.wanted }, take })
const origin = { dataset: { id: 'd-1', name: 'cats' }, produced_by: { action: '1.0.0' } }
const written = folder === undefined ? undefined : await coco?.finish(folder, origin, contentDigest, signal)
console.log(written?.summary.boxes)
