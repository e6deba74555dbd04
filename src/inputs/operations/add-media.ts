import { type Fault, removal } from '../faults.ts'
import { archivePath, filePatterns } from '../file-patterns.ts'
import { datasetId, flag, s3Uri } from '../fields.ts'
import type { Given } from '../input-table.ts'
import { onConflict, operationInputs, type Places, type Waiting, waiting, waitingFields } from '../operation-inputs.ts'
import type { SharedRequest } from '../service-inputs.ts'

/** Where the media come from. */
type MediaChoice =
  | { from: 'files'; files: readonly string[] }
  /** Relative to the workspace. */
  | { from: 'archive'; archive: string }
  | { from: 's3'; uri: string }

export interface AddMediaRequest extends SharedRequest, Waiting {
  operation: 'add-media'
  datasetId: string
  media: MediaChoice
  autoReindex: boolean
  onConflict: 'wait' | 'fail'
}

const SOURCES = ['files', 'archive', 's3_uri'] as const

const fields = ({ workspace }: Places) => ({
  dataset_id: datasetId(),
  files: filePatterns(workspace).optional(),
  archive: archivePath(workspace).optional(),
  s3_uri: s3Uri().optional(),
  auto_reindex: flag(),
  on_conflict: onConflict,
  ...waitingFields,
})

/** The API takes exactly one source; docs.visual-layer.com, "Add media to an existing dataset". */
function sourceFaults(given: Given): Fault[] {
  const [first, ...others] = SOURCES.filter((name) => given[name] !== undefined)
  if (first === undefined) {
    return [{ input: 'files', got: undefined, rule: 'operation "add-media" requires files, archive, or s3_uri' }]
  }
  return others.map((input) => ({
    input,
    got: given[input],
    rule: `it cannot be combined with ${first}; set only one of files, archive, and s3_uri`,
    fix: removal(input, given[input] ?? ''),
  }))
}

export const addMedia = operationInputs({
  operation: 'add-media',
  fields,
  rules: sourceFaults,
  request: (values, shared): AddMediaRequest => ({
    operation: 'add-media',
    ...shared,
    ...waiting(values),
    datasetId: values.dataset_id,
    media:
      values.files !== undefined
        ? { from: 'files', files: values.files }
        : values.archive !== undefined
          ? { from: 'archive', archive: values.archive }
          : { from: 's3', uri: values.s3_uri ?? '' },
    autoReindex: values.auto_reindex,
    onConflict: values.on_conflict,
  }),
})
