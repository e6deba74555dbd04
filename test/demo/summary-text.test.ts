import { expect, it } from 'vitest'
import { summaryText } from './summary-text.ts'

it('turns a summary into text: entities, tags, tables, lists, and charts', () => {
  const markdown = `## ✅ Visual Layer: export

Dataset &#34;a &amp;lt; b&#34; at s3&#58;&#8203;//x.<br>- two:<br>&nbsp;&nbsp;lines

| | |
| --- | --- |
| Dataset | <a href="http://x">street</a> <code>0a</code> |
| Took | 1s |

### Labels

\`\`\`mermaid
xychart-beta horizontal
  x-axis ["bus · 38 (+38)", "car · 19", "\u200B\u2003\u2003\u2003\u2003\u2003\u2003\u2003\u200B"]
  y-axis 0 --> 76
  bar [38, 0, 0]
  bar [0, 60, 0]
  bar [0, 19, 0]
\`\`\`

- one &#x41;
- two
`
  const [half, quarter] = ['█'.repeat(15), '█'.repeat(8)]
  expect(summaryText(markdown).split('\n')).toEqual([
    '✅ Visual Layer: export',
    '',
    'Dataset "a &lt; b" at s3://x.',
    '- two:',
    '  lines',
    '',
    'Dataset  street 0a',
    'Took     1s',
    '',
    'Labels:',
    '',
    `bus · 38 (+38)  ${half}`,
    `car · 19        ${quarter}`,
    '',
    '- one A',
    '- two',
  ])
})
