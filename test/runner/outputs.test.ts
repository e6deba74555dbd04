import * as fc from 'fast-check'
import { count } from '../../src/numbers.ts'
import { describe, expect, it } from 'vitest'
import { OUTPUTS, Outputs } from '../../src/runner/outputs.ts'

function asObject(text: string): Record<string, unknown> {
  return JSON.parse(text)
}

describe('Outputs', () => {
  it('gives every other output in result, with its type, and null for what is not set', () => {
    const outputs = new Outputs()
    outputs.set('dataset_name', '007')
    outputs.set('export_size_bytes', 1_234)
    outputs.set('elapsed_seconds', 1.5)
    outputs.set('changed', false)
    outputs.set('snapshots', '[{"id":"a"}]')
    outputs.set('media_count', 3)
    outputs.set('media_count', 4)
    const result = asObject(outputs.result().text)
    expect(Object.keys(result)).toEqual(Object.keys(OUTPUTS).filter((name) => name !== 'result'))
    expect(result).toMatchObject({
      dataset_name: '007',
      export_size_bytes: 1234,
      elapsed_seconds: 1.5,
      changed: false,
      snapshots: [{ id: 'a' }],
      media_count: 4,
      artifact_id: null,
      error_code: null,
    })
    expect(outputs.get('export_size_bytes')).toBe('1234')
    expect(outputs.get('artifact_id')).toBe('')
  })

  it('keeps a list that is too long a list, and says what is missing', () => {
    const list = Array.from({ length: 20_000 }, (_, index) => ({ snapshot_id: `id-${index}`, name: 'nightly' }))
    const outputs = new Outputs()
    const { text, problem } = outputs.set('snapshots', JSON.stringify(list))
    const kept: unknown[] = JSON.parse(text)
    expect(text.length).toBeLessThanOrEqual(200_000)
    expect(kept).toEqual(list.slice(0, kept.length))
    expect(kept.length).toBeGreaterThan(1000)
    expect(problem).toBe(
      `The output snapshots was cut to the first ${count(kept.length)} of 20,000 entries to fit GitHub's size limit.`,
    )
    expect(asObject(outputs.result().text)['snapshots']).toEqual(kept)
  })

  it('keeps the sum under the megabyte of UTF-16 that a job may have', () => {
    const outputs = new Outputs()
    const long = JSON.stringify(Array.from({ length: 1000 }, () => 'ü'.repeat(198)))
    outputs.set('snapshots', long)
    outputs.set('deleted_snapshot_ids', long)
    const { text, problem } = outputs.result()
    expect(problem).toContain('does not contain its long values')
    expect(asObject(text)).toMatchObject({ snapshots: null, deleted_snapshot_ids: null })
    expect(2 * (text.length + 2 * 200_000)).toBeLessThan(1_000_000)
  })

  it('cuts absurdly long text', () => {
    const { text, problem } = new Outputs().set('dataset_name', '🙂'.repeat(100_000))
    expect(text).toHaveLength(20_000)
    expect(text.isWellFormed()).toBe(true)
    expect(problem).toContain('was cut to the first 20,000 of 200,000')
  })

  it('always gives a result that parses', () => {
    const names = fc.constantFrom('dataset_name', 'snapshots', 'media_count', 'changed', 'export_path' as const)
    fc.assert(
      fc.property(
        fc.array(fc.tuple(names, fc.oneof(fc.string({ unit: 'binary' }), fc.double(), fc.boolean()))),
        (pairs) => {
          const outputs = new Outputs()
          for (const [name, value] of pairs) outputs.set(name, value)
          expect(Object.keys(asObject(outputs.result().text))).toHaveLength(Object.keys(OUTPUTS).length - 1)
        },
      ),
    )
  })
})
