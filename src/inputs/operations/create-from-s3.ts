import { bucketPath, displayName, oneOf } from '../fields.ts'
import { ifExists, operationInputs, type Waiting, waiting, waitingFields } from '../operation-inputs.ts'
import type { SharedRequest } from '../service-inputs.ts'

export interface CreateFromS3Request extends SharedRequest, Waiting {
  operation: 'create-from-s3'
  datasetName: string
  /** As it was given, with or without `s3://`. */
  bucketPath: string
  ifExists: 'create' | 'reuse' | 'fail'
  onCancel: 'abort' | 'leave'
}

const fields = {
  dataset_name: displayName(),
  bucket_path: bucketPath(),
  if_exists: ifExists,
  on_cancel: oneOf('abort', 'leave'),
  ...waitingFields,
}

export const createFromS3 = operationInputs({
  operation: 'create-from-s3',
  fields: () => fields,
  request: (values, shared): CreateFromS3Request => ({
    operation: 'create-from-s3',
    ...shared,
    ...waiting(values),
    datasetName: values.dataset_name,
    bucketPath: values.bucket_path,
    ifExists: values.if_exists,
    onCancel: values.on_cancel,
  }),
})
