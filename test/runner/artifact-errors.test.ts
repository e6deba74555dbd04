import { describe, expect, it } from 'vitest'
import { isNameTaken, isTransient, stageOf, uploadFailure } from '../../src/runner/artifact-errors.ts'

// The texts are those of @actions/artifact 6.2 and @azure/storage-blob.
const reset = new Error(
  'Failed to CreateArtifact: Unable to make request: ECONNRESET\nIf you are using self-hosted runners, …',
)
const taken = new Error(
  'Failed to CreateArtifact: Received non-retryable error: Failed request: (409) Conflict: an artifact with this name already exists on the workflow run',
)
const quota = new Error(
  'Failed to FinalizeArtifact: Received non-retryable error: Failed request: (403) Forbidden: Artifact storage quota has been hit',
)

describe('the errors of the artifact library', () => {
  it.each([
    ['a reset during a call', reset, true],
    [
      'a coded error of the transfer, which the library has retried',
      Object.assign(new Error('write failed'), { code: 'EPIPE' }),
      false,
    ],
    [
      'a reason below the error',
      new Error('Failed to CreateArtifact', { cause: new Error('getaddrinfo EAI_AGAIN x') }),
      true,
    ],
    ['a stall', new Error('Upload progress stalled.'), true],
    [
      'server errors that the library has retried',
      new Error('Failed to CreateArtifact: Failed to make request after 5 attempts: Failed request: (503)'),
      false,
    ],
    [
      'a rejected end, seen at random',
      new Error('Failed to FinalizeArtifact: Received non-retryable error: Failed request: (403) Forbidden'),
      true,
    ],
    ['a busy store', Object.assign(new Error('The server is busy.'), { statusCode: 503, code: 'ServerBusy' }), false],
    ['a store that forbids', Object.assign(new Error('No.'), { statusCode: 403, code: 'AuthenticationFailed' }), false],
    [
      'a rejected creation',
      new Error('Failed to CreateArtifact: Received non-retryable error: Failed request: (403) Forbidden'),
      false,
    ],
    ['a used-up quota', quota, false],
    ['a taken name', taken, false],
    ['something else', new Error('The artifact name is not valid'), false],
    ['no error at all', 'text', false],
  ])('%s: another attempt may help: %s', (_case, error, expected) => {
    expect(isTransient(error)).toBe(expected)
  })

  it('name the stage', () => {
    expect([reset, quota, new Error('Upload progress stalled.')].map(stageOf)).toEqual([
      'create',
      'finalize',
      'transfer',
    ])
  })

  it('tell a taken name from other rejections', () => {
    expect([taken, reset, quota].map(isNameTaken)).toEqual([true, false, false])
  })

  it.each([
    [taken, 'already has an artifact named "x.zip"', 'artifact_name: '],
    [quota, 'used up', 'retention_days'],
    [reset, 'kept breaking', 'self-hosted'],
    [
      new Error('Failed to FinalizeArtifact: Received non-retryable error: Failed request: (403) Forbidden'),
      'failed or rejected',
      'githubstatus.com',
    ],
    [new Error('odd'), 'failed or rejected', 'githubstatus.com'],
    [Object.assign(new Error('unauthorized'), { statusCode: 401 }), 'HTTP 401', 'githubstatus.com'],
  ])('become a sentence and what to do: %s', (error, message, todo) => {
    const failure = uploadFailure(error, 'x.zip', false)
    expect(failure.code).toBe('artifact_failed')
    expect(failure.message).toContain(message)
    expect(failure.todo).toContain(todo)
    expect(failure.todo).toContain('upload_artifact: false')
  })
})
