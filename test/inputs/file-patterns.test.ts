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
    [String.raw`images\train\cat.jpg`, 'images/train/cat.jpg'],
    ['images\\_old\\', 'images/_old/'],
  ])('takes %s', (given, meant) => {
    expect(patterns(given)).toEqual([meant])
  })

  it.each([
    String.raw`images/\*.jpg`,
    String.raw`a\[b\].jpg`,
    String.raw`a\?b`,
    String.raw`two\ words.jpg`,
    String.raw`*\.jpg`,
  ])('leaves the backslash of %s an escape, but on Windows', (given) => {
    expect(relativePattern(given, '/workspace', path.posix)).toBe(given)
    expect(relativePattern(given, 'C:\\workspace', path.win32)).toBe(given.replaceAll('\\', '/'))
  })

  it('names every line that leads out of the workspace', () => {
    const [fault, ...more] = faults('create-from-files', { files: '../a\n# b\nimages/*\n/etc/*' })
    expect(more).toEqual([])
    expect(fault).toMatch(/^- files: 2 of 3 lines .*\n +line 1: "\.\.\/a" .*\n +line 4: "\/etc\/\*" [^\n]*$/)
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
  ])('rejects %s, which leads out of the workspace', (files) => {
    expect(faults('create-from-files', { files })).toEqual([
      expect.stringMatching(/^- files: 1 of .*leads outside the workspace$/s),
    ])
  })

  it('rejects patterns that leave nothing, or none at all', () => {
    expect(faults('create-from-files', { files: '!a\n# b' })[0]).toContain('at least one line must not exclude')
    expect(faults('create-from-files', { files: ' ' })[0]).toContain('operation "create-from-files" requires it')
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
