import { displayName, oneOf } from '../fields.ts'
import { filePatterns } from '../file-patterns.ts'
import { ifExists, operationInputs, type Places, type Waiting, waiting, waitingFields } from '../operation-inputs.ts'
import type { SharedRequest } from '../service-inputs.ts'

export interface CreateFromFilesRequest extends SharedRequest, Waiting {
  operation: 'create-from-files'
  datasetName: string
  /** Patterns relative to the workspace, in their order; `!` excludes. */
  files: readonly string[]
  ifExists: 'create' | 'reuse' | 'fail'
  onCancel: 'abort' | 'leave'
}

const fields = ({ workspace }: Places) => ({
  dataset_name: displayName(),
  files: filePatterns(workspace),
  if_exists: ifExists,
  on_cancel: oneOf('abort', 'leave'),
  ...waitingFields,
})

export const createFromFiles = operationInputs({
  operation: 'create-from-files',
  fields,
  request: (values, shared): CreateFromFilesRequest => ({
    operation: 'create-from-files',
    ...shared,
    ...waiting(values),
    datasetName: values.dataset_name,
    files: values.files,
    ifExists: values.if_exists,
    onCancel: values.on_cancel,
  }),
})
