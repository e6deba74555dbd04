import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { errorWords, excerpt, readBody, rejectionIn } from '../../src/visual-layer/reply.ts'

const PAGE =
  '<!doctype html><html><head><title> Visual Layer </title><script>let a = "<b>"</script></head><body/></html>'

describe('a body', () => {
  it.each([
    ['', { kind: 'empty' }],
    [' \r\n\t', { kind: 'empty' }],
    ['null', { kind: 'json', json: null }],
    [' {"a": [1]} \n', { kind: 'json', json: { a: [1] } }],
    ['"text"', { kind: 'json', json: 'text' }],
    [PAGE, { kind: 'other', text: PAGE }],
    ['{"cut": "of', { kind: 'other', text: '{"cut": "of' }],
    ['upstream connect error', { kind: 'other', text: 'upstream connect error' }],
  ])('%j is read by what it is', (text, expected) => {
    expect(readBody(text)).toEqual(expected)
  })

  it('never breaks the reader', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const body = readBody(text)
        expect(typeof errorWords(body)).toBe('string')
        expect(excerpt(body).length).toBeLessThanOrEqual(301)
      }),
    )
  })
})

describe('an excerpt', () => {
  it('of a web page is its title, or its words without tags, styles and scripts', () => {
    expect(excerpt(readBody(PAGE))).toBe('a web page titled "Visual Layer"')
    const plain =
      '<html><style>p { color: red }</style><script>alert(1)</script><p>502</p>\n<p>Bad   Gateway</p></html>'
    expect(excerpt(readBody(plain))).toBe('502 Bad Gateway')
  })

  it('is short, whatever came', () => {
    expect(excerpt(readBody(JSON.stringify({ long: 'x'.repeat(10_000) })))).toHaveLength(301)
    expect(excerpt(readBody('y'.repeat(10_000)))).toMatch(/^y{300}…$/)
    expect(excerpt(readBody(''))).toBe('an empty body')
  })

  it.each(['<title', '<script', '<', '<p'])('of a long page of nothing but %j comes at once', (piece) => {
    expect(excerpt(readBody(piece.repeat(200_000))).length).toBeLessThanOrEqual(301)
  })

  it('is reported in words where JSON is nested without end', () => {
    const nested = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    expect(excerpt(readBody(nested))).toBe('JSON that is nested too deeply to show')
  })
})

describe('the words of an error', () => {
  const words = (json: unknown) => errorWords(readBody(JSON.stringify(json)))

  it.each([
    ['the documented form', { detail: 'Dataset not found' }, 'Dataset not found'],
    [
      'a validation error',
      { detail: [{ type: 'uuid_parsing', loc: ['path', 'dataset_id'], msg: 'not a UUID', input: 'x' }] },
      'path.dataset_id: not a UUID',
    ],
    [
      'several validation errors',
      {
        detail: [
          { loc: ['query', 0, 'vql'], msg: 'bad' },
          { loc: [], msg: 'worse' },
        ],
      },
      'query.0.vql: bad; worse',
    ],
    [
      'a validation error without a message',
      { detail: [{ loc: ['body'], code: 7 }] },
      'body: {"loc":["body"],"code":7}',
    ],
    ['a list of texts', { detail: ['one', 'two'] }, 'one; two'],
    ['the rejection of an export', { error: 'Export exceeds threshold' }, 'Export exceeds threshold'],
    ['the rejection of a creation', { status: 'error', message: 'bucket not found' }, 'bucket not found'],
    ['an object as detail', { detail: { message: 'inner words' } }, 'inner words'],
    ['an object as detail without known words', { detail: { code: 9 } }, '{"code":9}'],
    ['a text by itself', 'plain text', 'plain text'],
    ['an empty detail before a message', { detail: '', message: 'the words' }, 'the words'],
    ['an empty list', { detail: [], error: 'the words' }, 'the words'],
    ['an unknown form', { code: 'E42' }, '{"code":"E42"}'],
    ['null', null, 'null'],
  ])('are read from %s', (_, json, expected) => {
    expect(words(json)).toBe(expected)
  })

  it('are reported where they are nested without end', () => {
    const nested = readBody(`${'{"detail":'.repeat(100_000)}1${'}'.repeat(100_000)}`)
    expect(errorWords(nested)).toBe('JSON that is nested too deeply to show')
    expect(rejectionIn({ error: nested.kind === 'json' ? nested.json : undefined })).toMatch(/nested too deeply/)
  })

  it('are those of a gateway’s page, and none of an empty body', () => {
    expect(errorWords(readBody('<html><title>502 Bad Gateway</title></html>'))).toBe(
      'a web page titled "502 Bad Gateway"',
    )
    expect(errorWords(readBody('  '))).toBe('')
  })
})

describe('a rejection inside HTTP 200', () => {
  it.each([
    [{ error: 'Export exceeds threshold' }, 'Export exceeds threshold'],
    [{ error: { message: 'too large' } }, 'too large'],
    [{ error: { code: 3 } }, '{"code":3}'],
    [{ status: 'error', message: 'bucket not found' }, 'bucket not found'],
    [{ status: 'ERROR', detail: 'bucket not found' }, 'bucket not found'],
  ])('is seen in %j', (json, expected) => {
    expect(rejectionIn(json)).toBe(expected)
  })

  it.each([
    [{ id: 'x', status: 'REJECTED', error: 'told with the task' }],
    [{ dataset_id: 'x', error: 'old trouble' }],
    [{ snapshot_id: 'x', error: 'old trouble' }],
    [{ tasks: [], error: 'none' }],
    [{ status_new: 'ERROR', status: 'error', fatal_error_msg: 'indexing failed' }],
    [{ error: null }],
    [{ error: '' }],
    [{}],
    [[{ error: 'in a list' }]],
    [null],
    ['error'],
  ])('is not seen in %j', (json) => {
    expect(rejectionIn(json)).toBeUndefined()
  })
})
