import type { Artifact, CurrentRun, Run } from './replies.ts'

/** How many successful runs of a branch are looked into. */
const MOST_RUNS = 20

/**
 * The branch that the current run is of, where runs of that branch can be its forerunners: not for a pull request from a fork,
 * whose branch only shares a name with one of ours, and not for a run of no branch.
 */
export function ownBranch(current: CurrentRun): string | undefined {
  const ours = current.head_repository?.id === current.repository.id && !isAnybodys(current)
  return ours && current.head_branch ? current.head_branch : undefined
}

/**
 * The runs whose export may be compared with, newest first: successful ones of `branch` in this repository itself. GitHub lists
 * the runs of pull requests under the name of their branch, and anyone who forks a repository names the branch there as they like,
 * `main` included. Such a run may store anything, so it must never pass for what was exported before.
 */
export function forerunners(runs: readonly Run[], current: CurrentRun, branch: string): Run[] {
  return runs
    .filter(
      (run) =>
        run.id !== current.id &&
        run.conclusion === 'success' &&
        run.head_branch === branch &&
        run.head_repository?.id === current.repository.id &&
        !isAnybodys(run),
    )
    .sort((one, other) => other.id - one.id)
    .slice(0, MOST_RUNS)
}

/** Runs in the name of this repository, which a pull request from any fork starts: their reported head does not matter. */
function isAnybodys({ event }: Pick<Run, 'event'>): boolean {
  return event === 'pull_request_target'
}

/** The names under which a step with these inputs stores its export, the likeliest first. */
export function storedNames(artifactName: string, extract: boolean): [string, string] {
  const zip = `${artifactName}.zip`
  return extract ? [artifactName, zip] : [zip, artifactName]
}

/**
 * The artifact of a run that contains its export: of the form that this step stores, else of the other; where an upload broke off
 * and the next attempt had to take a name of its own (`<name>-retry-2.zip`), that one. An expired one only where all are.
 */
export function chooseArtifact(
  artifacts: readonly Artifact[],
  artifactName: string,
  extract: boolean,
): Artifact | undefined {
  const wanted = storedNames(artifactName, extract)
  const createdAt = ({ artifact }: { artifact: Artifact }) => Date.parse(artifact.created_at ?? '') || 0
  const rank = (name: string) => {
    const plain = wanted.indexOf(name)
    if (plain >= 0) return plain
    const retry = wanted.indexOf(name.replace(/-retry-\d+(?=(?:\.zip)?$)/, ''))
    return retry < 0 ? undefined : wanted.length + retry
  }
  return artifacts
    .flatMap((artifact) => {
      const ranked = rank(artifact.name)
      return ranked === undefined ? [] : { artifact, ranked }
    })
    .sort(
      (one, other) =>
        Number(one.artifact.expired) - Number(other.artifact.expired) ||
        one.ranked - other.ranked ||
        // A run that was tried twice has two of one name, and IDs do not grow with time.
        createdAt(other) - createdAt(one) ||
        other.artifact.id - one.artifact.id,
    )[0]?.artifact
}
