import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'
import { DIST, stepVariables } from './built-action.ts'
import { peakOf, run } from './processes.ts'

const DATASET = '0a1b2c3d-4e5f-1789-abcd-ef0123456789'
const EXPORT = '9b1b2c3d-4e5f-1789-abcd-ef0123456789'

/** Loaded into the action's process before anything else: in the end it keeps what the system counted of the process. */
const WITNESS = (file: string) =>
  `import { readFileSync, writeFileSync } from 'node:fs'
  process.on('exit', () => writeFileSync(${JSON.stringify(file)}, readFileSync('/proc/self/status')))`

/** As much of the API as a step asks that fetches a finished export. */
export class FinishedExport {
  readonly #url: string
  readonly #close: () => void

  private constructor(url: string, close: () => void) {
    this.#url = url
    this.#close = close
  }

  static async start(link: string): Promise<FinishedExport> {
    const server = createServer((request, response) => {
      const finished = { id: EXPORT, status: 'COMPLETED', progress: 1, download_uri: link }
      const dataset = { id: DATASET, display_name: 'bench', status_new: 'READY' }
      response.end(JSON.stringify(request.url?.includes('/export_status') ? finished : dataset))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('the server has no port')
    return new FinishedExport(`http://127.0.0.1:${address.port}`, () => server.close())
  }

  close(): void {
    this.#close()
  }

  /** A step of the built action, as a user has it: the files lie in `files`, a folder in `folder`. */
  async step(folder: string): Promise<{ ms: number; peakBytes: number; files: string }> {
    const status = path.join(folder, 'status')
    const env = stepVariables(folder, {
      operation: 'export',
      base_url: this.#url,
      dataset_id: DATASET,
      export_id: EXPORT,
      output_dir: 'files',
      extract: 'true',
      upload_artifact: 'false',
    })
    const preload = `data:text/javascript,${encodeURIComponent(WITNESS(status))}`
    const { ms } = await run(process.execPath, ['--import', preload, DIST], env)
    return { ms, peakBytes: peakOf(readFileSync(status, 'utf8')), files: path.join(folder, 'files') }
  }
}
