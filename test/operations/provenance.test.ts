import { describe, expect, it } from 'vitest'
import { describedWith, newMark, provenanceLine } from '../../src/operations/provenance.ts'
import { readContext } from '../../src/runner/context.ts'

const ENV = {
  GITHUB_REPOSITORY: 'octo/cats',
  GITHUB_WORKFLOW: 'Nightly\nsnapshot',
  GITHUB_JOB: 'save',
  GITHUB_RUN_ID: '42',
  GITHUB_RUN_ATTEMPT: '2',
  GITHUB_SHA: '1a2b3c4d5e6f1a2b3c4d5e6f1a2b3c4d5e6f1a2b',
  GITHUB_SERVER_URL: 'https://github.com',
}

describe('the line that says where a snapshot came from', () => {
  it('names the run for people, and carries the mark for the action', () => {
    const line = provenanceLine(readContext(ENV), '0123456789abcdef')
    expect(line).toMatch(
      /^Created by GitHub Actions: octo\/cats, workflow "Nightly snapshot", job save, run 42, attempt 2/,
    )
    expect(line).toContain('https://github.com/octo/cats/actions/runs/42')
    expect(line).toMatch(/\[mark 0123456789abcdef\]$/)
    expect(line).not.toContain('\n')
  })

  it('says what it knows outside of GitHub', () => {
    expect(provenanceLine(readContext({}), 'ff')).toBe('Created by GitHub Actions [mark ff]')
  })

  it('is on its own line below the requested description', () => {
    expect(describedWith('before tagging', 'line')).toBe('before tagging\nline')
    expect(describedWith(undefined, 'line')).toBe('line')
    expect(describedWith('', 'line')).toBe('line')
  })
})

it('a mark is like no other', () => {
  const marks = Array.from({ length: 200 }, newMark)
  expect(new Set(marks).size).toBe(200)
  for (const mark of marks) expect(mark).toMatch(/^[0-9a-f]{16}$/)
})
