import { normalWord } from '../visual-layer/datasets.ts'
import type { Snapshot } from '../visual-layer/snapshots.ts'
import { counted } from '../numbers.ts'
import { newestFirst } from './catalog.ts'

/** Which snapshots to keep. What any part of the rule keeps is kept. */
export interface RetentionRule {
  keepLast: number | undefined
  keepDays: number | undefined
  namePrefix: string
}

/** What the rule says of one snapshot, and why, in words that follow "kept:" or "deleted:". */
export interface Verdict {
  snapshot: Snapshot
  keep: boolean
  why: string
}

const DAY_MS = 86_400_000

/**
 * Why a snapshot is kept whatever its age; `undefined` where the rule may delete it. Only snapshots that people or workflows
 * took are ever deleted (`reason` is `manual`), and never the current one.
 */
export function protection(snapshot: Snapshot, { namePrefix }: RetentionRule): string | undefined {
  if (snapshot.isCurrent) return 'it is current'
  if (normalWord(snapshot.reason) !== 'MANUAL') {
    return `it is not manual (${snapshot.reason === '' ? 'unknown reason' : snapshot.reason})`
  }
  if (!snapshot.name.startsWith(namePrefix)) return `its name does not begin with "${namePrefix}"`
  return snapshot.createdAt === undefined ? 'its time cannot be read' : undefined
}

/**
 * Applies the rule to the catalog; newest first. The newest `keepLast` are counted among the manual ones of the prefix, the
 * current one included where it is one. A rule that keeps nothing deletes nothing.
 *
 * @param now the wall clock, in ms since the epoch
 */
export function retentionPlan(snapshots: readonly Snapshot[], rule: RetentionRule, now: number): Verdict[] {
  const { keepLast = 0, keepDays = 0 } = rule
  let newest = 0
  return newestFirst(snapshots).map((snapshot) => {
    const keptFor = protection(snapshot, rule)
    // The current one takes a place among the newest, as if it were not protected.
    const isCounted = protection({ ...snapshot, isCurrent: false }, rule) === undefined
    if (isCounted) newest += 1
    const ageMs = now - (snapshot.createdAt ?? now)
    const why =
      keptFor ??
      (keepLast === 0 && keepDays === 0 ? 'the rule is empty' : undefined) ??
      (newest <= keepLast ? `it is one of the newest ${keepLast}` : undefined) ??
      (keepDays > 0 && ageMs < keepDays * DAY_MS ? `it is younger than ${counted(keepDays, 'day')}` : undefined)
    if (why !== undefined) return { snapshot, keep: true, why }
    const age = Math.floor(ageMs / DAY_MS)
    return {
      snapshot,
      keep: false,
      why: `it is ${counted(age, 'day')} old, and the rule does not keep it`,
    }
  })
}

/** The rule in a sentence's worth of words: `the newest 3, and those younger than 30 days`. */
export function ruleWords({ keepLast, keepDays, namePrefix }: RetentionRule): string {
  const parts = [
    keepLast === undefined ? '' : `the newest ${keepLast}`,
    keepDays === undefined ? '' : `those younger than ${counted(keepDays, 'day')}`,
  ].filter(Boolean)
  const names = namePrefix === '' ? 'manual snapshots' : `manual snapshots whose name begins with "${namePrefix}"`
  return `of the ${names} keep ${parts.join(', and ')}`
}
