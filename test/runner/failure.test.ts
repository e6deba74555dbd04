import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { ActionError } from '../../src/errors.ts'
import { fail } from '../../src/runner/failure.ts'
import { RunnerReporter } from '../../src/runner/log.ts'
import { FakeStep } from './runner-rules.ts'

let step: FakeStep
let reporter: RunnerReporter

beforeEach(() => {
  step = new FakeStep()
  reporter = new RunnerReporter({ clock: systemClock })
})
afterEach(() => {
  process.exitCode = undefined
  step.end()
})

describe('fail', () => {
  it('raises one annotation with what failed, what the service said and what to do', () => {
    const error = new ActionError('conflict', 'The snapshot was rejected.', {
      apiWords: 'blocked while a\nSNAPSHOT_CLONE task is running',
      todo: 'Wait longer:\n  timeout: 4h',
      cause: new Error('HTTP 409'),
    })
    fail(error, { operation: 'snapshot', reporter })
    expect(process.exitCode).toBe(1)
    expect(step.commands('error')).toEqual([
      {
        name: 'error',
        properties: { title: 'Visual Layer: snapshot failed' },
        data: 'The snapshot was rejected.\nServer message: blocked while a SNAPSHOT_CLONE task is running\nWait longer:\n  timeout: 4h',
      },
    ])
    expect(step.lines).toContain('::debug::Caused by: HTTP 409')
  })

  it.each([
    ['timed_out', 'export timed out'],
    ['gate_failed', 'export complete, check failed'],
    ['cancelled', 'export was canceled'],
  ] as const)('is titled as the summary is: %s', (code, title) => {
    fail(new ActionError(code, 'x'), { operation: 'export', reporter })
    expect(step.commands('error')).toMatchObject([{ properties: { title: `Visual Layer: ${title}` } }])
  })

  it('stays within what GitHub keeps of an annotation, with what to do in it, and starts no other command', () => {
    const text = fc
      .array(fc.constantFrom('::error::x', '\n', '##[group]', 'word ', '🙂', 'x'.repeat(900)), { maxLength: 20 })
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, text, text, (message, apiWords, todo) => {
        const before = step.lines.length
        fail(new ActionError('rejected', message, { apiWords, todo: `Do this. ${todo}` }), {
          operation: 'export',
          reporter,
        })
        const written = step.lines.slice(before)
        expect(written).toHaveLength(1)
        const [{ data } = { data: '' }] = step.commands('error').slice(-1)
        expect(data.length).toBeLessThanOrEqual(4096)
        expect(data).toContain('Do this.')
      }),
    )
  })

  it('hides secrets', () => {
    reporter.mask('hunter22')
    fail(new ActionError('invalid_input', 'Wrong: hunter22', { apiWords: 'hunter22', todo: 'hunter22' }), {
      operation: 'step',
      reporter,
    })
    expect(step.commands('error')).toEqual([
      {
        name: 'error',
        properties: { title: 'Visual Layer: step failed' },
        data: 'Wrong: ***\nServer message: ***\n***',
      },
    ])
  })
})
