import { marked, type Token, type Tokens } from 'marked'

const BAR_WIDTH = 30

/** A job summary as text for a terminal: no Markdown, no HTML, and charts drawn with letters. */
export function summaryText(markdown: string): string {
  return marked
    .lexer(markdown, { gfm: true })
    .flatMap((token) => blockText(token) ?? [])
    .join('\n\n')
}

function blockText(token: Token): string | undefined {
  if (isOf(token, 'heading')) return token.depth > 2 ? `${inlineText(token.text)}:` : inlineText(token.text)
  if (isOf(token, 'table')) return tableText(token)
  if (isOf(token, 'list')) return token.items.map((item) => `- ${inlineText(item.text)}`).join('\n')
  if (isOf(token, 'code')) return token.lang === 'mermaid' ? chartText(token.text) : token.text
  if (isOf(token, 'space')) return undefined
  return inlineText(token.raw) || undefined
}

function isOf<Type extends 'heading' | 'table' | 'list' | 'code' | 'space'>(
  token: Token,
  type: Type,
): token is Extract<Tokens.Heading | Tokens.Table | Tokens.List | Tokens.Code | Tokens.Space, { type: Type }> {
  return token.type === type
}

function inlineText(markdown: string): string {
  const html = marked.parseInline(markdown, { async: false, gfm: true })
  return html
    .replace(/<br\s*\/?>/g, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&#(?:x([0-9a-f]+)|(\d+));/gi, (_, hex: string | undefined, decimal: string) =>
      String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)),
    )
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll('\u200b', '')
    .trim()
}

function tableText({ header, rows }: Tokens.Table): string {
  const lines = [header, ...rows].map((cells) => cells.map(({ text }) => inlineText(text)))
  const filled = lines.filter((cells) => cells.some((cell) => cell !== ''))
  const widths = header.map((_, column) => Math.max(...filled.map((cells) => (cells[column] ?? '').length)))
  return filled
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/**
 * The bars of a chart as the action draws them: labels that tell the numbers, three series of which one shows the present, and perhaps
 * a last label without a bar that nobody sees. The bars of charts with the same axis can be compared.
 */
function chartText(mermaid: string): string {
  const labels = (listAfter(mermaid, /^\s*x-axis (\[.*\])$/gm)[0] ?? []).map(String).filter((label) => /\w/.test(label))
  const series = listAfter(mermaid, /^\s*bar (\[.*\])$/gm)
  if (labels.length === 0) return '(a chart, which the HTML shows)'
  const present = labels.map((_, index) => Number(series[0]?.[index]) || Number(series.at(-1)?.[index]) || 0)
  const most = Number(/^\s*y-axis 0 --> (\S+)$/m.exec(mermaid)?.[1])
  const width = Math.max(...labels.map((label) => label.length))
  return labels
    .map((label, index) => {
      const bar = '█'.repeat(Math.round(((present[index] ?? 0) / most) * BAR_WIDTH))
      return `${label.padEnd(width)}  ${bar}`.trimEnd()
    })
    .join('\n')
}

function listAfter(text: string, pattern: RegExp): unknown[][] {
  return [...text.matchAll(pattern)].flatMap(({ 1: list = '' }) => {
    const value: unknown = JSON.parse(list)
    return Array.isArray(value) ? [value] : []
  })
}
