import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs, stripVTControlCharacters } from 'node:util'
import { command, Mistake } from '../command-line.ts'
import { summaryPage } from './summary-page.ts'

/**
 * A picture of a job summary, much as GitHub shows it: `node test/demo/render-summary.ts summary.md out.png [--dark]
 * [--height PIXELS]`. It is drawn by
 * the Chromium in PATH, without a network, with the Mermaid of node_modules or the `mermaid.min.js` given as `--mermaid`, since
 * GitHub's is older. Ends with 1, and says why, when Mermaid rejects a chart.
 */
const USAGE = 'Usage: node test/demo/render-summary.ts <summary.md> <out.png> [--dark] [--height PIXELS]'

const NO_CHROMIUM = 'The picture is drawn by chromium, which is not in PATH. On Debian: apt-get install chromium'

/** The width of a job summary on a wide screen, in CSS pixels. */
const WIDTH = 1012

await command(async () => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { dark: { type: 'boolean', default: false }, height: { type: 'string' }, mermaid: { type: 'string' } },
  })
  const [summary, picture] = positionals
  if (!summary || !picture) throw new Mistake(USAGE)
  const folder = await mkdtemp(join(tmpdir(), 'summary-picture-'))
  try {
    const html = join(folder, 'summary.html')
    await writeFile(html, await summaryPage(await readFile(summary, 'utf8'), values))
    // A headless screenshot is as high as its window, so that the page is laid out once to learn how high it is.
    const drawn = await chromium(folder, '--dump-dom', `--window-size=${WIDTH},800`, pathToFileURL(html).href)
    const height = Number(/data-height="(\d+)"/.exec(drawn)?.[1])
    if (!height) throw new Error('Chromium did not come to the end of the page.')
    const shown = Math.min(height, Number(values.height ?? height))
    const size = `--window-size=${WIDTH},${shown}`
    await chromium(folder, `--screenshot=${resolve(picture)}`, size, pathToFileURL(html).href)
    const faults = [...drawn.matchAll(/<pre class="fault">([^<]+)/g)].map(([, fault]) => fault)
    for (const fault of faults) console.error(`Mermaid rejected a chart: ${fault}`)
    if (faults.length > 0) process.exitCode = 1
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

/** Runs Chromium to its end; the time of the page is virtual, so that it waits for the charts and for no clock. */
async function chromium(folder: string, ...args: string[]): Promise<string> {
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const offline = '--host-resolver-rules=MAP * ~NOTFOUND'
  const profile = `--user-data-dir=${join(folder, 'profile')}`
  const child = spawn(
    'chromium',
    [
      '--headless',
      '--disable-gpu',
      '--hide-scrollbars',
      '--virtual-time-budget=20000',
      offline,
      profile,
      ...asRoot,
      ...args,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const code = await new Promise<number | null>((ended, failed) => {
    child.on('close', ended).on('error', () => failed(new Mistake(NO_CHROMIUM)))
  })
  if (code !== 0) throw new Error(`chromium ended with ${code}: ${stripVTControlCharacters(stderr)}`)
  return stdout
}
