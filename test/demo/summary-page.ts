import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { marked } from 'marked'

/** A job summary as a page of HTML, much as GitHub shows it; the browser draws its charts without a network. */
export async function summaryPage(
  markdown: string,
  options: { dark?: boolean; mermaid?: string | undefined } = {},
): Promise<string> {
  const mermaid = options.mermaid ?? fileURLToPath(new URL('mermaid.min.js', import.meta.resolve('mermaid')))
  const [text, ground, line, shade, accent] = options.dark
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
<body>${await marked(markdown, { gfm: true })}</body>
<script src="${pathToFileURL(path.resolve(mermaid)).href}"></script>
<script>
  (async () => {
    mermaid.initialize({ startOnLoad: false, securityLevel: 'strict', theme: '${options.dark ? 'dark' : 'default'}' })
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
