/**
 * Every input of the action with its default, as `action.yml` states them (a test compares the two).
 * An input that is left out, or set to an empty string, takes the default.
 */
export const INPUT_DEFAULTS = {
  operation: '',
  api_key: '',
  api_secret: '',
  token: '',
  base_url: 'https://app.visual-layer.com',
  dataset_id: '',
  dataset_name: '',
  bucket_path: '',
  files: '',
  models: '',
  archive: '',
  s3_uri: '',
  auto_reindex: 'true',
  snapshot_id: '',
  snapshot_name: '',
  description: '',
  if_exists: 'create',
  safety_snapshot: 'true',
  rollback_on_failure: 'false',
  export_format: 'json',
  include_images: 'false',
  media_ids: '',
  cluster_ids: '',
  exclude_media_ids: '',
  vql: '',
  entity_type: 'IMAGES',
  export_id: '',
  split: 'auto',
  shard: '',
  allow_empty: 'false',
  output_dir: 'visual-layer-export',
  extract: 'false',
  compare_with: '',
  upload_artifact: 'true',
  artifact_name: 'visual-layer-export',
  retention_days: '',
  compression_level: '6',
  overwrite_artifact: 'false',
  keep_last: '',
  keep_days: '',
  name_prefix: '',
  dry_run: 'false',
  confirm_dataset_name: '',
  fail_if: '',
  warn_if: '',
  coco: 'false',
  class_list: '',
  wait: 'true',
  timeout: '2h',
  poll_interval: 'auto',
  request_timeout: '60s',
  max_retries: '5',
  on_conflict: 'wait',
  on_cancel: 'abort',
  github_token: '${{ github.token }}',
} as const

export type InputName = keyof typeof INPUT_DEFAULTS

type WithoutDefault = { [Name in InputName]: (typeof INPUT_DEFAULTS)[Name] extends '' ? Name : never }[InputName]

const SOME_ID = '0a1b2c3d-4e5f-6789-abcd-ef0123456789'

/** What a message shows as a valid value of an input that has no default. */
const EXAMPLES: Record<WithoutDefault, string> = {
  operation: 'export',
  api_key: '${{ secrets.VL_API_KEY }}',
  api_secret: '${{ secrets.VL_API_SECRET }}',
  token: '${{ secrets.VL_TOKEN }}',
  dataset_id: SOME_ID,
  dataset_name: 'street-scenes',
  bucket_path: 's3://my-bucket/images/',
  files: 'images/**/*.jpg',
  archive: 'images.zip',
  s3_uri: 's3://my-bucket/images/',
  snapshot_id: SOME_ID,
  snapshot_name: 'before-training',
  description: 'Labels reviewed',
  media_ids: SOME_ID,
  cluster_ids: SOME_ID,
  exclude_media_ids: SOME_ID,
  vql: '[{"labels":{"op":"one_of","value":["cat"]}}]',
  export_id: SOME_ID,
  shard: '2/8',
  compare_with: 'previous-run',
  retention_days: '7',
  keep_last: '10',
  keep_days: '30',
  name_prefix: 'nightly-',
  confirm_dataset_name: 'street-scenes',
  fail_if: 'removed > 5%',
  warn_if: 'issues.blur > 5%',
  models: 'vl_image_captioner_v00',
  class_list: 'classes.txt',
}

/** A valid value of an input: its default, or one made up. */
export function exampleOf(name: InputName): string {
  return lacksDefault(name) ? EXAMPLES[name] : INPUT_DEFAULTS[name]
}

function lacksDefault(name: InputName): name is WithoutDefault {
  return INPUT_DEFAULTS[name] === ''
}

export function isInputName(name: unknown): name is InputName {
  return typeof name === 'string' && Object.hasOwn(INPUT_DEFAULTS, name)
}

/** The input names among the keys of an object. */
export function inputNames(object: object): InputName[] {
  return Object.keys(object).filter(isInputName)
}

export const INPUT_NAMES = inputNames(INPUT_DEFAULTS)

/** What came for each input, trimmed; inputs left out or blank are absent. Defaults the runner filled in are present. */
export type Given = Partial<Record<InputName, string>>

/**
 * Collects the inputs from the environment, where the runner puts each as `INPUT_` and the upper-cased name
 * (docs.github.com/actions/reference/workflows-and-actions/metadata-syntax#inputs).
 */
export function givenInputs(env: NodeJS.ProcessEnv): Given {
  const given: Given = {}
  for (const name of INPUT_NAMES) {
    const text = env[`INPUT_${name.toUpperCase()}`]?.trim()
    if (text) given[name] = text
  }
  return given
}

/** Whether an input has its default, be it left out or spelled out; `True` is `true`, and `images` is `IMAGES`. */
export function hasDefault(given: Given, name: InputName): boolean {
  const text = given[name]
  const standard: string = INPUT_DEFAULTS[name]
  if (text === undefined || text === standard) return true
  const caseless = standard === 'true' || standard === 'false' || name === 'entity_type'
  return caseless && text.toLowerCase() === standard.toLowerCase()
}
