import { ActionError } from '../../src/errors.ts'
import type { InputName } from '../../src/inputs/input-table.ts'
import { type OperationName, type OperationRequest, readRequest } from '../../src/operations/index.ts'

type Inputs = Partial<Record<InputName, string>>

export const DATASET_ID = '0a1b2c3d-4e5f-1789-abcd-ef0123456789'
export const OTHER_ID = '99999999-8888-1777-a666-555555555555'

/** The environment of a step with these inputs under `with:`. */
export function environment(inputs: Inputs): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(inputs).map(([name, text]) => [`INPUT_${name.toUpperCase()}`, text]))
}

const COMPLETE: Record<OperationName, Inputs> = {
  'create-from-s3': { dataset_name: 'Cats', bucket_path: 's3://media/cats/' },
  'create-from-files': { dataset_name: 'Cats', files: 'images/*.jpg' },
  'add-media': { dataset_id: DATASET_ID, s3_uri: 's3://media/cats/' },
  snapshot: { dataset_id: DATASET_ID },
  restore: { dataset_id: DATASET_ID, snapshot_id: 'current' },
  clone: { dataset_id: DATASET_ID, snapshot_id: 'current' },
  enrich: { dataset_id: DATASET_ID, models: 'vl_image_captioner_v00' },
  export: { dataset_id: DATASET_ID },
  'list-snapshots': { dataset_id: DATASET_ID },
  'update-snapshot': { dataset_id: DATASET_ID, snapshot_id: OTHER_ID, snapshot_name: 'golden' },
  'delete-snapshot': { dataset_id: DATASET_ID, snapshot_id: OTHER_ID },
  'prune-snapshots': { dataset_id: DATASET_ID, keep_last: '3' },
  wait: { dataset_id: DATASET_ID },
  'delete-dataset': { dataset_id: DATASET_ID, confirm_dataset_name: 'Cats' },
}

/** The operations that require an input. */
export function operationsWith(input: InputName): OperationName[] {
  return Object.keys(COMPLETE)
    .filter(isOperation)
    .filter((name) => input in COMPLETE[name])
}

function isOperation(name: string): name is OperationName {
  return Object.hasOwn(COMPLETE, name)
}

/** The environment of a step that lacks nothing, with some inputs set otherwise. */
function step(operation: OperationName, overrides: Inputs): NodeJS.ProcessEnv {
  return environment({ operation, api_key: 'key', api_secret: 'secret', ...COMPLETE[operation], ...overrides })
}

/** The request that such a step makes. */
export function request<Name extends OperationName>(
  operation: Name,
  overrides: Inputs = {},
  workspace = '/workspace',
): Extract<OperationRequest, { operation: Name }> {
  const { request: made } = readRequest(step(operation, overrides), { workspace })
  if (!isOf(made, operation)) throw new Error(`expected a request of ${operation}, got ${made.operation}`)
  return made
}

function isOf<Name extends OperationName>(
  made: OperationRequest,
  operation: Name,
): made is Extract<OperationRequest, { operation: Name }> {
  return made.operation === operation
}

/** The IDs that such a step makes of `media_ids`. */
export function mediaIds(text: string): readonly string[] {
  const { selection } = request('export', { media_ids: text })
  return selection.kind === 'selected' ? selection.mediaIds : []
}

/** The warnings about such a step. */
export function warnings(operation: OperationName, overrides: Inputs): string[] {
  return readRequest(step(operation, overrides), { workspace: '/workspace' }).warnings
}

/** The error about an environment that holds something wrong. */
export function errorAbout(env: NodeJS.ProcessEnv, workspace = '/workspace'): ActionError {
  try {
    readRequest(env, { workspace })
  } catch (error) {
    if (error instanceof ActionError) return error
    throw error
  }
  throw new Error('the inputs were taken as right')
}

/** What is said to be wrong with such a step, one text for each fault: its bullet and the lines below it. */
export function faults(operation: OperationName, overrides: Inputs, workspace?: string): string[] {
  return errorAbout(step(operation, overrides), workspace)
    .message.split(/\n(?=- )/)
    .slice(1)
}
