import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseArtifact, forerunners, ownBranch, storedNames } from '../../../src/runner/github/choice.ts'
import type { Artifact, CurrentRun, Run } from '../../../src/runner/github/replies.ts'

const OURS = 7
const current: CurrentRun = {
  id: 500,
  event: 'schedule',
  conclusion: null,
  head_branch: 'main',
  head_repository: { id: OURS },
  workflow_id: 1,
  repository: { id: OURS },
}

const someRun: fc.Arbitrary<Run> = fc.record({
  id: fc.integer({ min: 1, max: 1000 }),
  event: fc.constantFrom('push', 'schedule', 'pull_request', 'pull_request_target', 'workflow_dispatch'),
  conclusion: fc.constantFrom('success', 'failure', 'cancelled', null, undefined),
  head_branch: fc.constantFrom('main', 'dev', '', null),
  head_repository: fc.constantFrom({ id: OURS }, { id: 8 }, null, undefined),
})
const someRuns = fc.uniqueArray(someRun, { selector: ({ id }) => id, maxLength: 60 })

describe('the runs to compare with', () => {
  it('are successful ones of the branch in the repository itself, never this one nor one of a fork', () => {
    fc.assert(
      fc.property(someRuns, fc.constantFrom('main', 'dev'), (runs, branch) => {
        const chosen = forerunners(runs, current, branch)
        for (const run of chosen) {
          expect(run).toMatchObject({ conclusion: 'success', head_branch: branch, head_repository: { id: OURS } })
          expect(run.id).not.toBe(current.id)
          expect(run.event).not.toBe('pull_request_target')
        }
      }),
    )
  })

  it('come newest first, and no newer one that would do is passed over', () => {
    fc.assert(
      fc.property(someRuns, (runs) => {
        const chosen = forerunners(runs, current, 'main')
        expect(chosen.map(({ id }) => id)).toEqual(chosen.map(({ id }) => id).sort((one, other) => other - one))
        const oldest = chosen.at(-1)?.id ?? 0
        const left = runs.filter((run) => !chosen.includes(run) && (chosen.length < 20 || run.id > oldest))
        const wouldDo = left.filter(
          ({ id, event, conclusion, head_branch: branch, head_repository: repository }) =>
            id !== 500 &&
            event !== 'pull_request_target' &&
            conclusion === 'success' &&
            branch === 'main' &&
            repository?.id === OURS,
        )
        expect(wouldDo).toEqual([])
      }),
    )
  })

  it('do not depend on the order in which GitHub lists them', () => {
    fc.assert(
      fc.property(
        someRuns.chain((runs) => fc.tuple(fc.constant(runs), fc.shuffledSubarray(runs, { minLength: runs.length }))),
        ([runs, shuffled]) => {
          expect(forerunners(shuffled, current, 'main')).toEqual(forerunners(runs, current, 'main'))
        },
      ),
    )
  })

  it('are at most twenty', () => {
    const runs = Array.from({ length: 50 }, (_, index): Run => ({ ...current, id: index + 1, conclusion: 'success' }))
    const ids = forerunners(runs, current, 'main').map(({ id }) => id)
    expect(ids).toEqual(Array.from({ length: 20 }, (_, index) => 50 - index))
  })
})

describe('the branch of the current run', () => {
  it.each([
    ['a branch of this repository', {}, 'main'],
    ['a pull request inside the repository', { event: 'pull_request', head_branch: 'topic' }, 'topic'],
    ['a fork whose branch is named like ours', { event: 'pull_request', head_repository: { id: 8 } }, undefined],
    ['a fork that is deleted', { event: 'pull_request', head_repository: null }, undefined],
    ['a pull request that runs with our rights', { event: 'pull_request_target' }, undefined],
    ['no branch', { head_branch: null }, undefined],
  ])('of %s', (_case, run: Partial<CurrentRun>, branch) => {
    expect(ownBranch({ ...current, ...run })).toBe(branch)
  })
})

describe('the artifact of a run', () => {
  const artifact = (name: string, id: number, expired = false): Artifact => ({ id, name, expired, size_in_bytes: 1 })
  const choose = (artifacts: Artifact[], extract = false) => chooseArtifact(artifacts, 'nightly', extract)?.id

  it('is of the form that this step stores, else of the other', () => {
    const both = [artifact('nightly', 1), artifact('nightly.zip', 2)]
    expect(choose(both)).toBe(2)
    expect(choose(both, true)).toBe(1)
    expect(choose([artifact('nightly', 1)])).toBe(1)
    expect(choose([artifact('nightly.zip', 2)], true)).toBe(2)
  })

  it('may be one that had to take a name of its own, where the plain one is missing', () => {
    expect(choose([artifact('nightly-retry-1.zip', 3), artifact('nightly-retry-2.zip', 4)])).toBe(4)
    expect(choose([artifact('nightly-retry-3', 5), artifact('nightly-retry-2.zip', 4)], true)).toBe(5)
    expect(choose([artifact('nightly-retry-2.zip', 9), artifact('nightly', 1)])).toBe(1)
  })

  it('is the last one of a name, and an expired one only where all are', () => {
    expect(choose([artifact('nightly.zip', 1), artifact('nightly.zip', 2)])).toBe(2)
    expect(choose([artifact('nightly.zip', 2, true), artifact('nightly', 1)])).toBe(1)
    expect(choose([artifact('nightly', 1, true), artifact('nightly.zip', 2, true)])).toBe(2)
  })

  it('is the one of a name that was created last, whatever its ID', () => {
    const older = { ...artifact('nightly.zip', 9), created_at: '2026-11-20T03:00:00Z' }
    const newer = { ...artifact('nightly.zip', 4), created_at: '2026-11-20T04:00:00Z' }
    expect(choose([older, newer])).toBe(4)
    expect(choose([newer, older])).toBe(4)
  })

  it('has no other name', () => {
    const near = [
      'nightl',
      'nightly.zip.zip',
      'Nightly.zip',
      'nightly-retry-.zip',
      'nightly-retry-1.tar',
      'a/nightly',
      '',
    ]
    expect(choose(near.map((name, index) => artifact(name, index)))).toBeUndefined()
    fc.assert(
      fc.property(fc.array(fc.string()), fc.boolean(), (names, extract) => {
        const chosen = chooseArtifact(
          names.map((name, index) => artifact(name, index)),
          'nightly',
          extract,
        )
        expect([undefined, ...storedNames('nightly', extract)]).toContain(chosen?.name)
      }),
    )
  })
})
