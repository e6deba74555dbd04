import { rmSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Clock } from '../../src/clock.ts'
import { RunnerReporter } from '../../src/runner/log.ts'
import { FakeStep, parseCommand } from './runner-rules.ts'

let time = 0
const clock: Clock = { now: () => time, date: () => time, sleep: async () => {} }
let step: FakeStep
let reporter: RunnerReporter

beforeEach(() => {
  time = 5_000
  step = new FakeStep()
  reporter = new RunnerReporter({ clock })
})
afterEach(() => step.end())

describe('the log', () => {
  it('writes each line as one line that is no command', () => {
    reporter.info('::error::from a dataset name\n::add-mask::x')
    reporter.info('  indented ##[error]')
    reporter.debug('a\n::error::b')
    expect(step.lines).toEqual([
      ': :error::from a dataset name ::add-mask::x',
      '  indented ## [error]',
      '::debug::a ::error::b',
    ])
    expect(step.commands('error')).toEqual([])
  })

  it('starts no command but its own, whatever is logged', async () => {
    const pieces = fc.array(fc.constantFrom('::', '##[', 'error', ']', '\n', '\r', '%0A', ' ', '\u200B', 'x'), {
      maxLength: 12,
    })
    await fc.assert(
      fc.asyncProperty(pieces, async (parts) => {
        const text = parts.join('')
        const before = step.lines.length
        reporter.info(text)
        reporter.progress(`${text}${before}`)
        reporter.note(text)
        await reporter.group('outer', () => reporter.group(text, async () => {}))
        const names = step.lines.slice(before).flatMap((line) => parseCommand(line)?.name ?? [])
        expect(names).toEqual(['group', 'endgroup'])
      }),
    )
  })

  it('gathers tables and charts for the summary, the last of each title, and logs nothing of them', () => {
    const table = (title: string, cell: string) => ({ title, headers: ['a'], rows: [[cell]] })
    const chart = (title: string, value: number) => ({
      title,
      unit: 'images',
      categories: ['a'],
      series: [{ name: 'all', values: [value] }],
    })
    reporter.table(table('Plan', 'first'))
    reporter.table(table('Other', 'x'))
    reporter.chart(chart('Labels', 1))
    reporter.chart(chart('Other', 2))
    reporter.table(table('Plan', 'second'))
    reporter.chart(chart('Labels', 3))
    expect(reporter.sections).toEqual([table('Plan', 'second'), chart('Other', 2), chart('Labels', 3)])
    expect(step.lines).toEqual([])
  })

  it('warns once for the same text, with what to do', () => {
    reporter.warning('Half is lost.', { todo: 'Add it:\n  timeout: 4h' })
    reporter.warning('Half is lost.', { todo: 'Add it:\n  timeout: 4h' })
    reporter.warning('Half is lost.')
    expect(step.commands('warning').map(({ data }) => data)).toEqual([
      'Half is lost.\nAdd it:\n  timeout: 4h',
      'Half is lost.',
    ])
    expect(reporter.warnings).toHaveLength(2)
  })

  it('never nests groups, and ends them when the body throws', async () => {
    const failing = reporter.group('outer', async () => {
      await reporter.group('inner', async () => reporter.info('inside'))
      throw new Error('boom')
    })
    await expect(failing).rejects.toThrow('boom')
    expect(await reporter.group('next', async () => 7)).toBe(7)
    expect(step.lines).toEqual([
      '::group::outer',
      '== inner ==',
      'inside',
      '::endgroup::',
      '::group::next',
      '::endgroup::',
    ])
  })

  it('stamps progress with the time since the start, and skips a line equal to the last', () => {
    reporter.progress('READ ONLY')
    time += 80_000
    reporter.progress('READ ONLY')
    reporter.progress('READY')
    time += 7_200_000
    reporter.progress('READ ONLY')
    expect(step.lines).toEqual(['[     0s] READ ONLY', '[ 1m 20s] READY', '[  2h 1m] READ ONLY'])
  })
})

describe('masking', () => {
  it('registers the forms of a secret, and hides it in lines, outputs and state', () => {
    reporter.mask('s3cr&t value')
    reporter.mask('abc')
    expect(step.commands('add-mask').map(({ data }) => data)).toEqual([
      's3cr&t value',
      's3cr%26t%20value',
      's3cr%26t+value',
    ])
    reporter.info('it is s3cr&t value')
    reporter.output('dataset_name', 'x s3cr&t value y')
    reporter.saveUndo('s3cr&t value')
    expect(step.lines).toContain('it is ***')
    expect(step.values('GITHUB_OUTPUT')).toEqual({ dataset_name: 'x *** y' })
    expect(step.values('GITHUB_STATE')).toEqual({ undo: '***' })
    expect(step.commands('warning').map(({ data }) => data)).toEqual([
      expect.stringContaining('The output dataset_name contained a masked secret'),
    ])
    expect(step.lines.filter((line) => line.includes('s3cr') && !line.startsWith('::add-mask::'))).toEqual([])
  })

  it('leaves no half of a secret at the end of a cut line', () => {
    reporter.mask('0123456789abcdef')
    reporter.info(`${'x'.repeat(1995)}0123456789abcdef`)
    expect(step.lines.at(-1)).toBe(`${'x'.repeat(1995)}***`)
  })
})

describe('outputs and state', () => {
  it('are in the files at once, as strings', () => {
    reporter.output('export_size_bytes', 12)
    reporter.output('changed', true)
    reporter.output('dataset_name', 'two\nlines')
    reporter.saveUndo('abc')
    expect(step.values('GITHUB_OUTPUT')).toEqual({
      export_size_bytes: '12',
      changed: 'true',
      dataset_name: 'two\nlines',
    })
    expect(step.values('GITHUB_STATE')).toEqual({ undo: 'abc' })
    expect(reporter.outputValue('changed')).toBe('true')
  })

  it('end with the time and all outputs as JSON', () => {
    reporter.output('dataset_id', 'd')
    time += 83_449
    reporter.finishOutputs()
    const { result = '', elapsed_seconds } = step.values('GITHUB_OUTPUT')
    expect(elapsed_seconds).toBe('83.4')
    expect(JSON.parse(result)).toMatchObject({ dataset_id: 'd', elapsed_seconds: 83.4, snapshot_id: null })
  })

  it('are tried again at the end when the file could not be written, and missed aloud', () => {
    const file = join(step.folder, 'GITHUB_OUTPUT')
    vi.stubEnv('GITHUB_OUTPUT', join(step.folder, 'gone'))
    reporter.output('dataset_id', 'd')
    expect(() => reporter.finishOutputs()).toThrow(
      'Could not write these outputs (GITHUB_OUTPUT): dataset_id, elapsed_seconds, result.',
    )
    vi.stubEnv('GITHUB_OUTPUT', file)
    reporter.finishOutputs()
    expect(step.values('GITHUB_OUTPUT')).toMatchObject({ dataset_id: 'd' })
  })

  it('do not stop the step when the state cannot be written', () => {
    rmSync(join(step.folder, 'GITHUB_STATE'))
    reporter.saveUndo('t')
    expect(step.commands('warning')).toHaveLength(1)
  })

  it('print no command of old where there is no runner', () => {
    vi.stubEnv('GITHUB_OUTPUT', '')
    vi.stubEnv('GITHUB_STATE', '')
    reporter.output('dataset_id', 'd')
    reporter.saveUndo('')
    expect(step.lines).toEqual(['::debug::Output dataset_id: d'])
  })
})

describe('what the summary will tell', () => {
  it('keeps the last value of a fact at its first place, and the notes', () => {
    reporter.fact('Status', 'READ ONLY')
    reporter.fact('Snapshot', 'abc', { code: true })
    reporter.fact('Status', 'READY', { link: 'https://x' })
    reporter.note('Took a safety snapshot.')
    expect(reporter.facts).toEqual([
      { label: 'Status', value: 'READY', link: 'https://x' },
      { label: 'Snapshot', value: 'abc', code: true },
    ])
    expect(reporter.notes).toEqual(['Took a safety snapshot.'])
    expect(step.lines).toEqual(['Took a safety snapshot.'])
  })
})
