import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ActionError } from '../../src/errors.ts'
import { failureHeadline, plainSentence } from '../../src/runner/headline.ts'

const cats = { operation: 'export', dataset: 'cats' }

describe('plainSentence', () => {
  it('is one short line, whatever it is made of', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 900 }), (text) => {
        const plain = plainSentence(text)
        expect(plain.length).toBeLessThanOrEqual(300)
        expect(plain).not.toMatch(/[\r\n`*~]|\]\(|\|\||<[!@#/a-z]|[@#]\w|(?<![\p{L}\p{N}_])_|_(?![\p{L}\p{N}_])/iu)
        expect(plain.isWellFormed()).toBe(true)
      }),
    )
  })

  it('leaves names and conditions as they are', () => {
    for (const text of [
      'Dataset "my_cats (v2), my__dogs" was exported.',
      'a check failed: removed > 10%: found 16 (6.67%)',
    ])
      expect(plainSentence(text)).toBe(text)
  })

  it('takes the meaning from what came from outside, and keeps its look', () => {
    expect(plainSentence('"*a* _b_ ~c~ ||d|| @everyone #12 <!here> __e_f__"')).toBe(
      '"∗a∗ ＿b＿ ∼c∼ ¦|d¦| ＠everyone ＃12 ‹!here> ＿＿e_f＿＿"',
    )
  })

  it('ends between words where it is cut', () => {
    expect(plainSentence('word '.repeat(100))).toMatch(/^(word )+word…$/)
  })
})

describe('failureHeadline', () => {
  it.each<[string, ActionError, string]>([
    [
      'the first sentence',
      new ActionError('timed_out', 'Timed out after 2h (timeout: 2h). Waited 1h for export 1.'),
      'Visual Layer export of dataset "cats" failed: Timed out after 2h (timeout: 2h). Waited 1h for export 1.',
    ],
    [
      'the points of a list',
      new ActionError('invalid_input', '2 inputs are invalid.\n- timeout: missing\n- vql: got x'),
      'Visual Layer export of dataset "cats" failed: 2 inputs are invalid: timeout: missing; vql: got x',
    ],
    [
      'a check of an export that is complete',
      new ActionError('gate_failed', 'A fail_if condition was met:\n- removed > 1: found 2'),
      'Visual Layer export of dataset "cats" is complete, but a check failed: A fail_if condition was met: removed > 1: found 2',
    ],
    [
      'a name with a sentence in it whole',
      new ActionError('conflict', 'Snapshot "My set. Version 2" is busy. Wait.'),
      'Visual Layer export of dataset "cats" failed: Snapshot "My set. Version 2" is busy.',
    ],
    ['a cancellation', new ActionError('cancelled', 'Stopped.'), 'Visual Layer export of dataset "cats" was canceled.'],
    [
      'the dataset once',
      new ActionError('rejected', 'Dataset "cats" is empty. See 1.5.'),
      'Visual Layer export failed: Dataset "cats" is empty.',
    ],
  ])('reports %s', (_, error, expected) => {
    expect(failureHeadline(error, cats)).toBe(expected)
  })

  it('names an enrichment by its noun', () => {
    const error = new ActionError('cancelled', 'Stopped.')
    const expected = 'Visual Layer enrichment of dataset "cats" was canceled.'
    expect(failureHeadline(error, { ...cats, operation: 'enrich' })).toBe(expected)
  })
})
