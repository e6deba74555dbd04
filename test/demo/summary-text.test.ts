import { expect, it } from 'vitest'
import { summaryText } from './summary-text.ts'

it('turns a summary into text: entities, tags, tables, lists and charts', () => {
  const markdown = `## ✅ Visual Layer: export

Dataset &#34;a &amp;lt; b&#34; at s3&#58;&#8203;//x.<br>- two:<br>&nbsp;&nbsp;lines

| | |
| --- | --- |
| Dataset | <a href="http://x">street</a> <code>0a</code> |
| Took | 1s |

### Labels

\`\`\`mermaid
xychart-beta horizontal
  x-axis ["bus · 38 (+38)", "car · 19"]
  bar [38, 0]
  bar [0, 60]
  bar [0, 19]
\`\`\`

- one &#x41;
- two
`
  const [full, half] = ['█'.repeat(30), '█'.repeat(15)]
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
    `bus · 38 (+38)  ${full}`,
    `car · 19        ${half}`,
    '',
    '- one A',
    '- two',
  ])
})
