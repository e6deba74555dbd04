import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DIST, stepVariables } from './built-action.ts'
import { run } from './processes.ts'
import { type Measurement, ratioClaim } from './report.ts'

const FILES = 2_000
const DELAY_MS = 150
const DATASET = '0a1b2c3d-4e5f-1789-abcd-ef0123456789'

/** The vendor's sample (docs.visual-layer.com, "Create a dataset from local files") as a program: a batch of 50, then the next. */
const SAMPLE = `
  import { openAsBlob, readdirSync } from 'node:fs'
  const [base, folder] = process.argv.slice(1)
  const ask = async (method, path, body) => {
    const reply = await fetch(base + '/api/v1/' + path, { method, body })
    if (!reply.ok) throw new Error(path + ' answered ' + reply.status)
    return JSON.parse((await reply.text()) || 'null')
  }
  const { dataset_id: id } = await ask('GET', 'ingestion/new_dataset?dataset_name=bench')
  const { trans_id: transaction } = await ask('GET', 'ingestion/' + id + '/data_files')
  const names = readdirSync(folder)
  for (let start = 0; start < names.length; start += 50) {
    const form = new FormData()
    for (const name of names.slice(start, start + 50)) form.append('files', await openAsBlob(folder + '/' + name), name)
    await ask('POST', 'ingestion/' + id + '/data_files/' + transaction, form)
  }
  await ask('POST', 'ingestion/' + id + '/process_files/' + transaction)
`

/** 2,000 files to a server that takes 150 ms for each request: ours against the documented one batch at a time. */
export async function upload(): Promise<Measurement> {
  const root = mkdtempSync(path.join(os.tmpdir(), 'vl-bench-'))
  const folder = path.join(root, 'images')
  mkdirSync(folder)
  for (let n = 0; n < FILES; n += 1) writeFileSync(path.join(folder, `${n}.jpg`), Buffer.alloc(20_000, n))
  const service = await slowService()
  try {
    const { ms: theirs } = await run(process.execPath, ['--input-type=module', '-e', SAMPLE, service.url, folder], {})
    service.expectWhole()
    const inputs = { operation: 'create-from-files', base_url: service.url, dataset_name: 'bench', files: 'images/**' }
    const { ms: ours } = await run(process.execPath, [DIST], stepVariables(root, { ...inputs, wait: 'false' }))
    service.expectWhole()
    return {
      what: `upload of ${FILES.toLocaleString('en-US')} files at ${DELAY_MS} ms a request`,
      oursMs: [ours],
      against: { name: 'the documented script', ms: [theirs] },
      claims: [ratioClaim([ours], [theirs], 0.5)],
    }
  } finally {
    await service.stop()
    rmSync(root, { recursive: true })
  }
}

/** As much of the API as an upload needs; counts the files of each. */
async function slowService(): Promise<{ url: string; expectWhole(): void; stop(): Promise<void> }> {
  let files = 0
  const server = createServer((request, response) => {
    let marks = 0
    request.on('data', (chunk: Buffer) => {
      marks += chunk.toString('latin1').split('filename="').length - 1
    })
    request.on('end', () => {
      files += marks
      void sleep(DELAY_MS).then(() => response.end(JSON.stringify(replyTo(request.url ?? ''))))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    expectWhole() {
      // A mark cut in two by a chunk is not seen; more than a few such would be a loss.
      if (files < FILES * 0.99 || files > FILES) throw new Error(`${files} of ${FILES} files arrived`)
      files = 0
    },
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function replyTo(url: string): unknown {
  if (url.includes('/datasets')) return []
  if (url.includes('/tasks')) return { tasks: [], total: 0 }
  if (url.includes('/new_dataset')) return { dataset_id: DATASET }
  if (url.endsWith('/data_files')) return { trans_id: 4711 }
  return null
}
