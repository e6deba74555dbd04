import { describe, expect, it } from 'vitest'
import { CONFIDENCE_TOLERANCE, FIELDS, UNIQUENESS_TOLERANCE } from '../../src/export/comparison/fields.ts'
import { conditions } from '../../src/inputs/conditions.ts'
import { codeWords, fileText, section, tableRows } from './documents.ts'

const PAGE = fileText('.github/docs/comparing.md')

describe('the section on changes in comparing.md', () => {
  const rows = tableRows(section(PAGE, '## What counts as a change'))

  it('names every field in which items can differ', () => {
    const first = rows.findIndex(([cell = '']) => codeWords(cell)[0] === FIELDS[0])
    const fields = rows.slice(first).flatMap(([cell = '']) => codeWords(cell))
    expect([...fields].sort()).toEqual([...FIELDS].sort())
  })

  it('names the tolerances', () => {
    const of = (field: string) => rows.find(([cell = '']) => codeWords(cell)[0] === field)?.[1]
    expect(of('issues')).toMatch(new RegExp(`moved by more than ${CONFIDENCE_TOLERANCE}$`))
    expect(of('uniqueness')).toMatch(new RegExp(`moved by more than ${UNIQUENESS_TOLERANCE}$`))
  })
})

describe('the section on conditions in comparing.md', () => {
  const text = section(PAGE, '## Conditions')
  const figures = tableRows(text).flatMap(([cell = '', , share = '']) =>
    codeWords(cell).map((word) => ({ figure: word.replace(/<\w+>/, 'some name'), group: word.split('.')[0], share })),
  )
  const faultOf = (line: string) => conditions().safeParse(line).error?.issues[0]?.message

  it('names every figure', () => {
    const known = /the metrics are ([^"]*)$/.exec(faultOf('nothing > 1') ?? '')?.[1]?.split(', ') ?? []
    expect(known.length).toBe(figures.length)
    expect(new Set(figures.map(({ group }) => group))).toEqual(new Set(known.map((figure) => figure.split('.')[0])))
  })

  it.each(figures)('is right on $figure', ({ figure, share }) => {
    expect(faultOf(`${figure} > 1`)).toBeUndefined()
    expect(faultOf(`${figure} > 1%`) === undefined).toBe(share !== '')
  })

  it('names every operator', () => {
    const [, list = ''] = /one of ((?:`[<>=!]+` ?)+)/.exec(text) ?? []
    const operators = codeWords(list)
    expect(operators.map((operator) => faultOf(`media_count ${operator} 1`))).toEqual(operators.map(() => undefined))
    expect(faultOf('media_count 1')).toContain(operators.join(' '))
  })
})
