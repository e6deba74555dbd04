import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs, stripVTControlCharacters } from 'node:util'
import { marked } from 'marked'

/**
 * A picture of a job summary, much as GitHub shows it: `node test/demo/render-summary.ts summary.md out.png [--dark]
 * [--height PIXELS]`. It is drawn by
 * the Chromium in PATH, without a network, with the Mermaid of node_modules or the `mermaid.min.js` given as `--mermaid`, since
 * GitHub's is older. Ends with 1, and says why, when Mermaid refuses a chart.
 */
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    dark: { type: 'boolean', default: false },
    height: { type: 'string' },
    mermaid: {
      type: 'string',
      default: fileURLToPath(new URL('mermaid.min.js', import.meta.resolve('mermaid'))),
    },
  },
})
const [summary, picture] = positionals
if (!summary || !picture)
  throw new Error('Usage: node test/demo/render-summary.ts <summary.md> <out.png> [--dark] [--height PIXELS]')

/** The width of a job summary on a wide screen, in CSS pixels. */
const WIDTH = 1012

const folder = await mkdtemp(join(tmpdir(), 'summary-picture-'))
try {
  const html = join(folder, 'summary.html')
  await writeFile(html, page(await marked(await readFile(summary, 'utf8'), { gfm: true })))
  // A headless screenshot is as high as its window, so that the page is laid out once to learn how high it is.
  const drawn = await chromium('--dump-dom', `--window-size=${WIDTH},800`, pathToFileURL(html).href)
  const height = Number(/data-height="(\d+)"/.exec(drawn)?.[1])
  if (!height) throw new Error('Chromium did not come to the end of the page.')
  const shown = Math.min(height, Number(values.height ?? height))
  await chromium(`--screenshot=${resolve(picture)}`, `--window-size=${WIDTH},${shown}`, pathToFileURL(html).href)
  const faults = [...drawn.matchAll(/<pre class="fault">([^<]+)/g)].map(([, fault]) => fault)
  for (const fault of faults) console.error(`Mermaid refused a chart: ${fault}`)
  if (faults.length > 0) process.exitCode = 1
} finally {
  await rm(folder, { recursive: true, force: true })
}

/** Runs Chromium to its end; the time of the page is virtual, so that it waits for the charts and for no clock. */
async function chromium(...args: string[]): Promise<string> {
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
  const code = await new Promise<number | null>((ended, failed) => child.on('error', failed).on('close', ended))
  if (code !== 0) throw new Error(`chromium ended with ${code}: ${stripVTControlCharacters(stderr)}`)
  return stdout
}

function page(body: string): string {
  const [text, ground, line, shade, accent] = values.dark
    ? ['#f0f6fc', '#0d1117', '#3d444d', '#151b23', '#4493f8']
    : ['#1f2328', '#ffffff', '#d1d9e0', '#f6f8fa', '#0969da']
  return `<!doctype html><meta charset="utf-8">
<style>
  body { margin: 0; padding: 24px 32px; background: ${ground}; color: ${text};
    font: 16px/1.5 -apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif, 'Noto Color Emoji' }
  h2, h3 { margin: 24px 0 16px; line-height: 1.25 } h2 { padding-bottom: 6px; border-bottom: 1px solid ${line} }
  h3 { font-size: 20px } p, ul, table { margin: 0 0 16px } a { color: ${accent}; text-decoration: none }
  table { border-collapse: collapse; display: block; overflow: auto } th, td { padding: 6px 13px; border: 1px solid ${line} }
  tr:nth-child(2n) { background: ${shade} } code { padding: 3px 6px; border-radius: 6px; background: ${shade}; font-size: 85% }
  .chart { text-align: center } .fault { color: #f85149; white-space: pre-wrap }
</style>
<body>${body}</body>
<script src="${pathToFileURL(resolve(values.mermaid)).href}"></script>
<script>
  (async () => {
    mermaid.initialize({ startOnLoad: false, securityLevel: 'strict', theme: '${values.dark ? 'dark' : 'default'}' })
    let charts = 0
    for (const source of document.querySelectorAll('code.language-mermaid')) {
      const shown = document.createElement('div')
      try {
        shown.innerHTML = (await mermaid.render('chart' + ++charts, source.textContent)).svg
        shown.className = 'chart'
      } catch (error) {
        shown.innerHTML = '<pre class="fault"></pre>'
        shown.firstChild.textContent = error.message
      }
      source.parentNode.replaceWith(shown)
    }
    for (const rest of document.querySelectorAll('body > [id^=dchart]')) rest.remove()
    document.documentElement.dataset.height = Math.ceil(document.documentElement.getBoundingClientRect().height)
  })()
</script>
`
}
