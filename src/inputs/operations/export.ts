import path from 'node:path'
import { z } from 'zod'
import { withSlashes } from '../../paths.ts'
import { classList } from '../class-list.ts'
import { type Condition, compares, conditions, includesCondition, wrongConditions } from '../conditions.ts'
import { type Fault, removal, yamlLine } from '../faults.ts'
import {
  artifactName,
  datasetId,
  entityType,
  flag,
  idList,
  oneOf,
  type Outcome,
  parsed,
  type Shard,
  shard,
  uuid,
  vql,
  wholeNumber,
} from '../fields.ts'
import { exampleOf, type Given, INPUT_DEFAULTS, type InputName } from '../input-table.ts'
import { type Idle, onConflict, operationInputs, type Waiting, waiting, waitingFields } from '../operation-inputs.ts'
import { outputDir } from '../output-dir.ts'
import type { SharedRequest } from '../service-inputs.ts'
import { bothFault, type SnapshotChoice, snapshotChoice, snapshotChoiceFields } from './snapshot-choice.ts'

/** What is exported. An attached export was started elsewhere, with a selection of its own. */
export type ExportSelection =
  | { kind: 'attached'; exportId: string }
  | { kind: 'whole' }
  | { kind: 'vql'; vql: string }
  | { kind: 'selected'; mediaIds: string[]; clusterIds: string[]; excludeMediaIds: string[] }

/** The earlier export to compare with: what the last successful run of the workflow stored, or one on disk (an absolute path). */
export type CompareWith = { kind: 'previous-run' } | { kind: 'path'; path: string; given: string }

export interface ExportRequest extends SharedRequest, Waiting {
  operation: 'export'
  datasetId: string
  /** The state that is exported, from a clone of it; without one the live dataset is. */
  snapshot: SnapshotChoice | undefined
  selection: ExportSelection
  /** Whether an export that is refused as too large is done in parts. */
  split: boolean
  /** The shard of the selection that this step exports; without one, all of it. */
  shard: Shard | undefined
  entityType: 'IMAGES' | 'OBJECTS'
  exportFormat: 'json' | 'parquet'
  includeImages: boolean
  allowEmpty: boolean
  onConflict: 'wait' | 'fail'
  /** Absolute and real, strictly inside the workspace. */
  outputDir: string
  extract: boolean
  compareWith: CompareWith | undefined
  /** What must not be, once the export is safe. */
  failIf: readonly Condition[]
  /** What is worth a warning. */
  warnIf: readonly Condition[]
  /** Which labels are written to `annotations.json`, and their classes if a list gives them; `undefined` for no such file. */
  coco: { labels: 'all' | 'boxes'; classes: readonly string[] | undefined } | undefined
  /** Reads what earlier runs stored; only used for that. */
  githubToken: string | undefined
  uploadArtifact: boolean
  /** Names the artifact, and the ZIP with or without one. */
  artifactName: string
  /** In days; if absent, the repository's setting applies. */
  retentionDays: number | undefined
  compressionLevel: number
  overwriteArtifact: boolean
}

const selectionFields = {
  export_id: uuid().optional(),
  media_ids: idList(),
  cluster_ids: idList(),
  exclude_media_ids: idList(),
  vql: vql().optional(),
}

const fields = {
  dataset_id: datasetId(),
  ...snapshotChoiceFields,
  export_format: oneOf('json', 'parquet'),
  include_images: flag(),
  ...selectionFields,
  entity_type: entityType(),
  split: oneOf('auto', 'never'),
  shard: shard().optional(),
  allow_empty: flag(),
  extract: flag(),
  upload_artifact: flag(),
  artifact_name: artifactName(),
  retention_days: wholeNumber(1, 400).optional(),
  compression_level: wholeNumber(0, 9),
  overwrite_artifact: flag(),
  fail_if: conditions(),
  warn_if: conditions(),
  coco: z
    .string()
    .toLowerCase()
    .pipe(oneOf('false', 'true', 'boxes')),
  github_token: z.string('it must be a token').optional(),
  on_conflict: onConflict,
  ...waitingFields,
}

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

/** The snapshot that is exported, where one is chosen and no export is attached to. */
function chosen(values: z.output<z.ZodObject<typeof snapshotChoiceFields>> & { export_id?: string | undefined }) {
  const { snapshot_id: id, snapshot_name: name, export_id: exportId } = values
  return exportId === undefined && (id ?? name) !== undefined ? snapshotChoice(values) : undefined
}

/** Attached, filtered or selected where one is asked for, else the whole dataset; {@link rules} keep them apart. */
function selection(values: z.output<z.ZodObject<typeof selectionFields>>): ExportSelection {
  const { export_id: exportId, vql: filter, media_ids: mediaIds, cluster_ids: clusterIds } = values
  if (exportId !== undefined) return { kind: 'attached', exportId }
  if (filter !== undefined) return { kind: 'vql', vql: filter }
  if (mediaIds.length === 0 && clusterIds.length === 0) return { kind: 'whole' }
  return { kind: 'selected', mediaIds, clusterIds, excludeMediaIds: values.exclude_media_ids }
}

function cocoOf(values: { coco: string; class_list?: readonly string[] | undefined }): ExportRequest['coco'] {
  if (values.coco === 'false') return undefined
  return { labels: values.coco === 'boxes' ? 'boxes' : 'all', classes: values.class_list }
}

/** The jobs of a matrix cannot share one artifact name: if none was chosen, that of a shard says which one it is. */
function artifactOf(name: string, slice: Shard | undefined): string {
  return slice && name === INPUT_DEFAULTS.artifact_name ? `${name}-${slice.index}-of-${slice.of}` : name
}

/** Any place on the runner: it is only read. Whether something is there is checked at that time. */
function comparedWith(text: string, workspace: string): Outcome<CompareWith> {
  if (text.toLowerCase() === 'previous-run') return { value: { kind: 'previous-run' } }
  if (text.includes('\0')) return { broken: 'it must be a path, or "previous-run"' }
  return { value: { kind: 'path', path: path.resolve(workspace, withSlashes(text)), given: text } }
}

export const exportDataset = operationInputs({
  operation: 'export',
  fields: ({ workspace }) => ({
    ...fields,
    output_dir: parsed('it must be a folder', (text) => outputDir(text, workspace)),
    class_list: parsed('it must be a file', (text) => classList(text, workspace)).optional(),
    compare_with: parsed('it must be a path, or "previous-run"', (text) => comparedWith(text, workspace)).optional(),
  }),
  rules,
  idle,
  request: (values, shared): ExportRequest => ({
    operation: 'export',
    ...shared,
    ...waiting(values),
    datasetId: values.dataset_id,
    snapshot: chosen(values),
    selection: selection(values),
    split: values.split === 'auto',
    shard: values.export_id === undefined ? values.shard : undefined,
    entityType: values.entity_type,
    exportFormat: values.export_format,
    includeImages: values.include_images,
    allowEmpty: values.allow_empty,
    onConflict: values.on_conflict,
    outputDir: values.output_dir,
    extract: values.extract,
    compareWith: values.compare_with,
    failIf: values.fail_if,
    warnIf: values.warn_if,
    coco: cocoOf(values),
    // Where no runner filled it in, the default is the expression itself.
    githubToken: values.github_token?.startsWith('${{') ? undefined : values.github_token,
    uploadArtifact: values.upload_artifact,
    artifactName: artifactOf(values.artifact_name, values.export_id === undefined ? values.shard : undefined),
    retentionDays: values.retention_days,
    compressionLevel: values.compression_level,
    overwriteArtifact: values.overwrite_artifact,
  }),
})
