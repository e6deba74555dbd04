import { describe, expect, it } from 'vitest'
import { DATASET_ID, environment, errorAbout, faults, request, warnings } from '../../inputs/step-inputs.ts'

const KEY = { api_key: 'key', api_secret: 'secret' }

describe('create-from-s3', () => {
  it('makes a request', () => {
    const inputs = { if_exists: 'reuse', on_cancel: 'leave', wait: 'false', poll_interval: '15s' }
    expect(request('create-from-s3', inputs)).toMatchObject({
      operation: 'create-from-s3',
      datasetName: 'Cats',
      bucketPath: 's3://media/cats/',
      ifExists: 'reuse',
      onCancel: 'leave',
      wait: false,
      pollIntervalMs: 15_000,
    })
    expect(request('create-from-s3')).toMatchObject({ ifExists: 'create', onCancel: 'abort', wait: true })
  })

  it('needs a name and a path', () => {
    const { message } = errorAbout(environment({ operation: 'create-from-s3', ...KEY }))
    expect(message).toMatch(/^2 inputs are invalid /)
    expect(message).toContain('- dataset_name: missing; operation "create-from-s3" requires it')
    expect(message).toContain('- bucket_path: missing; operation "create-from-s3" requires it')
  })

  it('does not use a dataset id, nor what belongs to operations on one', () => {
    expect(warnings('create-from-s3', { dataset_id: DATASET_ID, on_conflict: 'fail' })).toEqual([
      'The input "dataset_id" is set but operation "create-from-s3" does not use it.',
      'The input "on_conflict" is set but operation "create-from-s3" does not use it.',
    ])
  })
})

describe('snapshot', () => {
  it('makes a request', () => {
    const inputs = { snapshot_name: 'nightly', description: 'before tagging', if_exists: 'fail', on_conflict: 'fail' }
    expect(request('snapshot', inputs)).toMatchObject({
      operation: 'snapshot',
      datasetId: DATASET_ID,
      snapshotName: 'nightly',
      description: 'before tagging',
      ifExists: 'fail',
      onConflict: 'fail',
    })
    const bare = request('snapshot')
    expect(bare).toMatchObject({ ifExists: 'create', onConflict: 'wait' })
    expect(bare.snapshotName).toBeUndefined()
    expect(bare.description).toBeUndefined()
  })

  it('takes a rollback in any spelling of true', () => {
    expect(request('snapshot', { rollback_on_failure: 'True' }).rollbackOnFailure).toBe(true)
    expect(request('snapshot').rollbackOnFailure).toBe(false)
    expect(warnings('snapshot', { rollback_on_failure: 'FALSE' })).toEqual([])
    expect(faults('snapshot', { rollback_on_failure: 'yes' })).toEqual([
      expect.stringMatching(/^- rollback_on_failure: got "yes"; .*: rollback_on_failure: true$/),
    ])
  })

  it('warns that if_exists has no effect without a name', () => {
    expect(warnings('snapshot', { if_exists: 'reuse' })).toEqual([
      'The input "if_exists" is set but has no effect: without snapshot_name there is no name to look for.',
    ])
    expect(warnings('snapshot', { if_exists: 'reuse', snapshot_name: 'nightly' })).toEqual([])
  })

  it('warns about inputs it does not use, unless they have their default', () => {
    expect(warnings('snapshot', { vql: '[', snapshot_id: 'x', files: '*.jpg', extract: 'true' })).toEqual([
      'The input "files" is set but operation "snapshot" does not use it.',
      'The input "snapshot_id" is set but operation "snapshot" does not use it.',
      'The input "vql" is set but operation "snapshot" does not use it.',
      'The input "extract" is set but operation "snapshot" does not use it.',
    ])
    const defaults = {
      extract: 'False',
      wait: 'TRUE',
      entity_type: 'images',
      compression_level: '6',
      vql: ' \n',
      split: 'auto',
    }
    expect(warnings('snapshot', defaults)).toEqual([])
  })

  it('is never warned about the token of the job or the shared inputs', () => {
    expect(
      warnings('snapshot', { github_token: 'ghs_1', timeout: '1h', max_retries: '1', request_timeout: '5s' }),
    ).toEqual([])
  })
})
