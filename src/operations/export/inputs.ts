import path from 'node:path'
import { z } from 'zod'
import { classList } from '../../inputs/class-list.ts'
import { compares, conditions, includesCondition, wrongConditions } from '../../inputs/conditions.ts'
import { type Fault, removal, yamlLine } from '../../inputs/faults.ts'
import * as fields from '../../inputs/fields.ts'
import { exampleOf, type Given, INPUT_DEFAULTS, type InputName } from '../../inputs/input-table.ts'
import { outputDir } from '../../inputs/output-dir.ts'
import type { Values } from '../../inputs/read-fields.ts'
import type { SharedRequest } from '../../inputs/service-inputs.ts'
import { bothFault, snapshotChoice, snapshotChoiceFields } from '../../inputs/snapshot-choice.ts'
import { withSlashes } from '../../paths.ts'
import type { Idle, Places } from '../operation.ts'

/** What is exported. An attached export was started elsewhere, with a selection of its own. */
type ExportSelection =
  | { kind: 'attached'; exportId: string }
  | { kind: 'whole' }
  | { kind: 'vql'; vql: string }
  | { kind: 'selected'; mediaIds: string[]; clusterIds: string[]; excludeMediaIds: string[] }

/** The earlier export to compare with: what the last successful run of the workflow stored, or one on disk (an absolute path). */
type CompareWith = { kind: 'previous-run' } | { kind: 'path'; path: string; given: string }

const selectionFields = {
  export_id: fields.uuid().optional(),
  media_ids: fields.idList(),
  cluster_ids: fields.idList(),
  exclude_media_ids: fields.idList(),
  vql: fields.vql().optional(),
}

const inputs = ({ workspace }: Places) => ({
  dataset_id: fields.datasetId(),
  ...snapshotChoiceFields,
  export_format: fields.oneOf('json', 'parquet'),
  include_images: fields.flag(),
  ...selectionFields,
  entity_type: fields.entityType(),
  split: fields.oneOf('auto', 'never'),
  shard: fields.shard().optional(),
  allow_empty: fields.flag(),
  extract: fields.flag(),
  upload_artifact: fields.flag(),
  /** Names the artifact, and the ZIP with or without one. */
  artifact_name: fields.artifactName(),
  /** In days; if absent, the repository's setting applies. */
  retention_days: fields.wholeNumber(1, 400).optional(),
  compression_level: fields.wholeNumber(0, 9),
  overwrite_artifact: fields.flag(),
  /** What must not be, once the export is safe. */
  fail_if: conditions(),
  /** What is worth a warning. */
  warn_if: conditions(),
  coco: z
    .string()
    .toLowerCase()
    .pipe(fields.oneOf('false', 'true', 'boxes')),
  /** Reads what earlier runs stored; only used for that. */
  github_token: z.string('it must be a token').optional(),
  on_conflict: fields.onConflict(),
  wait: fields.flag(),
  /** Absolute and real, strictly inside the workspace. */
  output_dir: fields.parsed('it must be a folder', (text) => outputDir(text, workspace)),
  class_list: fields.parsed('it must be a file', (text) => classList(text, workspace)).optional(),
  compare_with: fields
    .parsed('it must be a path, or "previous-run"', (text) => comparedWith(text, workspace))
    .optional(),
})

const SELECTING: readonly InputName[] = ['vql', 'media_ids', 'cluster_ids', 'exclude_media_ids']
const STARTING: readonly InputName[] = [
  ...SELECTING,
  'split',
  'shard',
  'snapshot_id',
  'snapshot_name',
  'entity_type',
  'export_format',
  'include_images',
  'on_conflict',
]
const UPLOADING: readonly InputName[] = ['retention_days', 'compression_level', 'overwrite_artifact']
const LANDING: readonly InputName[] = [
  'output_dir',
  'extract',
  'compare_with',
  'fail_if',
  'warn_if',
  'coco',
  'class_list',
  'artifact_name',
  ...UPLOADING,
]

function rules(given: Given): Fault[] {
  return [...selectionRules(given), ...conditionRules(given), ...cocoRules(given)]
}

/** A condition on what changed needs something to compare with, and no condition can both fail the step and leave it green. */
function conditionRules({ fail_if, warn_if, compare_with }: Given): Fault[] {
  const fix = `Add: ${yamlLine('compare_with', exampleOf('compare_with'))}`
  const given = [['fail_if', fail_if] as const, ['warn_if', warn_if] as const]
  const needing = given.flatMap(([input, got = '']): Fault[] => {
    const wrongItems = wrongConditions(got, (one) => (compares(one) ? 'compares with an earlier export' : undefined))
    if (compare_with !== undefined || wrongItems.problems.length === 0) return []
    return [{ input, got, rule: 'conditions on changes require compare_with', fix, wrongItems }]
  })
  const inBoth = wrongConditions(warn_if ?? '', (one) =>
    includesCondition(fail_if ?? '', one) ? 'is also in fail_if' : undefined,
  )
  if (inBoth.problems.length === 0) return needing
  const rule = 'a condition cannot be in both fail_if and warn_if'
  return [
    ...needing,
    { input: 'warn_if', got: warn_if ?? '', rule, fix: 'Remove the line from one of them.', wrongItems: inBoth },
  ]
}

/** `annotations.json` is written next to `metadata.json`, so both must be files. */
function cocoRules({ coco: got, extract, export_format: format }: Given): Fault[] {
  if (got === undefined || got.toLowerCase() === 'false') return []
  const lines: [InputName, string][] = [
    ...(extract?.toLowerCase() === 'true' ? [] : [['extract', 'true'] as [InputName, string]]),
    ...(format === undefined || format === 'json' ? [] : [['export_format', 'json'] as [InputName, string]]),
  ]
  return lines.map(([input, value]) => ({
    input: 'coco',
    got,
    rule: `it requires ${input}: ${value}`,
    fix: `Add: ${yamlLine(input, value)}`,
  }))
}

function selectionRules(given: Given): Fault[] {
  if (given.export_id !== undefined) return []
  const { vql: filter, media_ids, cluster_ids, exclude_media_ids: exclusions } = given
  const faults: Fault[] = []
  const { snapshot_id: id, snapshot_name: name } = given
  if (id !== undefined && name !== undefined) {
    faults.push(bothFault(name))
  }
  if ((id ?? name) !== undefined && given.wait?.toLowerCase() === 'false') {
    const rule =
      'it must be true with snapshot_id or snapshot_name, because the step deletes the clone after the export'
    faults.push({ input: 'wait', got: given.wait, rule })
  }
  if (given.shard !== undefined && (id ?? name) !== undefined) {
    const rule =
      'it cannot be combined with snapshot_id or snapshot_name, because each job would export a clone of its own. Clone the snapshot in an earlier job (operation: clone) and export shards of the clone'
    faults.push({ input: 'shard', got: given.shard, rule, fix: `Or: ${removal('shard', given.shard)}` })
  }
  if (given.shard !== undefined && given.wait?.toLowerCase() === 'false') {
    const rule = 'it must be true with shard, because the step may have to merge several exports'
    faults.push({ input: 'wait', got: given.wait, rule })
  }
  if (filter !== undefined && (media_ids !== undefined || cluster_ids !== undefined)) {
    const rule = 'it cannot be combined with media_ids or cluster_ids; select by filter or by IDs'
    faults.push({ input: 'vql', got: filter, rule, fix: removal('vql', filter) })
  }
  if (exclusions !== undefined && cluster_ids === undefined) {
    const rule = 'it requires cluster_ids: it excludes media from those clusters'
    faults.push({ input: 'exclude_media_ids', got: exclusions, rule, fix: removal('exclude_media_ids', exclusions) })
  }
  return faults
}

function idle(given: Given): Idle[] {
  const attached = given.export_id !== undefined
  const waits = given.wait?.toLowerCase() !== 'false'
  const writesCoco = given.coco !== undefined && given.coco.toLowerCase() !== 'false'
  const uploads = given.upload_artifact?.toLowerCase() !== 'false'
  return [
    ...(attached ? [{ inputs: STARTING, because: 'the export of export_id was started earlier' }] : []),
    ...(waits ? [] : [{ inputs: LANDING, because: 'with wait: false nothing is downloaded' }]),
    ...(waits && !uploads ? [{ inputs: UPLOADING, because: 'upload_artifact is false' }] : []),
    ...(waits && !writesCoco ? [{ inputs: ['class_list'] as const, because: 'coco is false' }] : []),
  ]
}

/** The request that the values make once {@link rules} has found nothing wrong. */
function request({ snapshotId, snapshotName, exportId, ...given }: Values<ReturnType<typeof inputs>>) {
  const { vql, mediaIds, clusterIds, excludeMediaIds, classList: classes, ...values } = given
  const isAttached = exportId !== undefined
  const shard = isAttached ? undefined : values.shard
  return {
    ...values,
    /** The state that is exported, from a clone of it; without one the live dataset is. */
    snapshot:
      isAttached || (snapshotId ?? snapshotName) === undefined
        ? undefined
        : snapshotChoice({ snapshotId, snapshotName }),
    selection: selection({ exportId, vql, mediaIds, clusterIds, excludeMediaIds }),
    /** Whether an export that is rejected as too large is done in parts. */
    split: values.split === 'auto',
    /** The shard of the selection that this step exports; without one, all of it. */
    shard,
    /** Which labels are written to `annotations.json`, and their classes if a list gives them; `undefined` for no such file. */
    coco:
      values.coco === 'false' ? undefined : ({ labels: values.coco === 'boxes' ? 'boxes' : 'all', classes } as const),
    // Where no runner filled it in, the default is the expression itself.
    githubToken: values.githubToken?.startsWith('${{') ? undefined : values.githubToken,
    artifactName: artifactOf(values.artifactName, shard),
  }
}

/** What an export takes, and the request that it makes of that. */
export const exportInputs = { inputs, rules, idle, request }

export type ExportRequest = SharedRequest & ReturnType<typeof request>

/** Attached, filtered or selected where one is asked for, else the whole dataset; {@link rules} keep them apart. */
function selection(values: Values<typeof selectionFields>): ExportSelection {
  const { exportId, vql, mediaIds, clusterIds, excludeMediaIds } = values
  if (exportId !== undefined) return { kind: 'attached', exportId }
  if (vql !== undefined) return { kind: 'vql', vql }
  if (mediaIds.length === 0 && clusterIds.length === 0) return { kind: 'whole' }
  return { kind: 'selected', mediaIds, clusterIds, excludeMediaIds }
}

/** The jobs of a matrix cannot share one artifact name: if none was chosen, that of a shard says which one it is. */
function artifactOf(name: string, shard: fields.Shard | undefined): string {
  return shard && name === INPUT_DEFAULTS.artifact_name ? `${name}-${shard.index}-of-${shard.of}` : name
}

/** Any place on the runner: it is only read. Whether something is there is checked at that time. */
function comparedWith(text: string, workspace: string): fields.Outcome<CompareWith> {
  if (text.toLowerCase() === 'previous-run') return { value: { kind: 'previous-run' } }
  if (text.includes('\0')) return { broken: 'it must be a path, or "previous-run"' }
  return { value: { kind: 'path', path: path.resolve(workspace, withSlashes(text)), given: text } }
}
