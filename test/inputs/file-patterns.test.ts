import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { relativePattern } from '../../src/inputs/file-patterns.ts'
import { faults, request } from './step-inputs.ts'

const patterns = (files: string) => request('create-from-files', { files }).files

describe('files', () => {
  it('is read line by line, without blanks and comments, in its order', () => {
    expect(patterns('images/**\r\n\n  # not these\n ! **/skip.* \nvideos/*.mp4')).toEqual([
      'images/**',
      '!**/skip.*',
      'videos/*.mp4',
    ])
  })

  it.each([
    ['./images/*.jpg', 'images/*.jpg'],
    ['images/./deep/', 'images/deep/'],
    ['.', '**'],
    [path.resolve('/workspace/images/*.jpg'), 'images/*.jpg'],
    [path.resolve('/workspace'), '**'],
    ['!!images/*', 'images/*'],
    ['././/images/*', 'images/*'],
    ['.//./images/*', 'images/*'],
    ['images/.', 'images'],
    ['images/a..b.jpg', 'images/a..b.jpg'],
  ])('takes %s', (given, meant) => {
    expect(patterns(given)).toEqual([meant])
  })

  it('takes absolute ones in a workspace that is the root', () => {
    expect(relativePattern('/images/*.jpg', '/', path.posix)).toBe('images/*.jpg')
  })

  it.each([
    '../secrets/*',
    'images/../../x',
    '/etc/passwd',
    '/workspaces/x',
    '/Workspace/x',
    '~/x.jpg',
    '~',
    '!/etc/*\nimages/*',
  ])('refuses %s, which leads out of the workspace', (files) => {
    expect(faults('create-from-files', { files })).toEqual([
      expect.stringMatching(/^- files: got .*leads out of the workspace$/),
    ])
  })

  it('refuses patterns that leave nothing, or none at all', () => {
    expect(faults('create-from-files', { files: '!a\n# b' })[0]).toContain('every line of it excludes')
    expect(faults('create-from-files', { files: ' ' })[0]).toContain('operation "create-from-files" needs it')
  })
})

describe('create-from-files', () => {
  it('makes a request', () => {
    expect(request('create-from-files', { if_exists: 'reuse', on_cancel: 'leave', wait: 'false' })).toMatchObject({
      operation: 'create-from-files',
      datasetName: 'Cats',
      files: ['images/*.jpg'],
      ifExists: 'reuse',
      onCancel: 'leave',
      wait: false,
    })
  })
})
