import type { Cell } from '../runner/reporter.ts'
import type { Snapshot } from '../visual-layer/snapshots.ts'
import { items } from './facts.ts'

/** Newest first; those without a readable stamp at the end, in the order in which they came. */
export function newestFirst(snapshots: readonly Snapshot[]): Snapshot[] {
  return snapshots.toSorted((a, b) => (b.createdAt ?? -Infinity) - (a.createdAt ?? -Infinity) || 0)
}

/** When a snapshot was taken, for people: `2026-01-02 03:04 UTC`; where the stamp cannot be read, as the API wrote it. */
export function whenTaken(snapshot: Snapshot): string {
  if (snapshot.createdAt === undefined) return snapshot.createdAtText
  return `${new Date(snapshot.createdAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** The cells that any table of snapshots begins with, by the headers in {@link CATALOG_HEADERS}. */
export function catalogCells(snapshot: Snapshot): Cell[] {
  const { name, createdBy, images, videos, id } = snapshot
  return [name, whenTaken(snapshot), createdBy, items(images, videos) ?? '', { code: id }]
}

export const CATALOG_HEADERS = ['Name', 'When', 'By', 'Items', 'ID'] as const

/**
 * The catalog as a JSON array, in the API's own words for the fields; stamps with their zone, which the API leaves out, and
 * `null` if it shows nothing.
 */
export function catalogJson(snapshots: readonly Snapshot[]): string {
  return JSON.stringify(
    snapshots.map((snapshot) => ({
      snapshot_id: snapshot.id,
      snapshot_name: snapshot.name,
      description: snapshot.description,
      reason: snapshot.reason,
      created_at:
        snapshot.createdAt === undefined ? snapshot.createdAtText || null : new Date(snapshot.createdAt).toISOString(),
      created_by: snapshot.createdBy,
      n_images: snapshot.images ?? null,
      n_videos: snapshot.videos ?? null,
      is_current: snapshot.isCurrent,
      is_restoring: snapshot.isRestoring,
    })),
  )
}
