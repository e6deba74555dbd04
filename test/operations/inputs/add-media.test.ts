import { describe, expect, it } from 'vitest'
import { DATASET_ID, faults, request, warnings } from '../../inputs/step-inputs.ts'

describe('add-media', () => {
  it('makes a request from each of the sources', () => {
    expect(request('add-media', { auto_reindex: 'false', on_conflict: 'fail' })).toMatchObject({
      operation: 'add-media',
      datasetId: DATASET_ID,
      media: { from: 's3', uri: 's3://media/cats/' },
      autoReindex: false,
      onConflict: 'fail',
      wait: true,
    })
    expect(request('add-media', { s3_uri: '', files: 'a/*\n!b' }).media).toEqual({
      from: 'files',
      files: ['a/*', '!b'],
    })
    expect(request('add-media', { s3_uri: '', archive: './new/x.TAR.GZ' })).toMatchObject({
      media: { from: 'archive', archive: 'new/x.TAR.GZ' },
      autoReindex: true,
    })
    expect(request('add-media', { s3_uri: '', archive: String.raw`new\x.zip` }).media).toMatchObject({
      archive: 'new/x.zip',
    })
    expect(request('add-media', { s3_uri: '', archive: '/workspace/x.zip' }).media).toMatchObject({ archive: 'x.zip' })
  })

  it('takes exactly one source', () => {
    expect(faults('add-media', { s3_uri: '' })).toEqual([
      expect.stringMatching(/^- files: missing; .*files, archive, or s3_uri\. Add: files: images/),
    ])
    expect(faults('add-media', { files: 'a', archive: 'a.zip' })).toEqual([
      expect.stringMatching(/^- archive: .*cannot be combined with files; .*: "a\.zip"$/),
      expect.stringMatching(/^- s3_uri: .*cannot be combined with files/),
    ])
  })

  it.each(['../x.zip', '/etc/x.zip', 'x.rar', 'x.zip/', 'x.zip.txt', 'x'])('rejects the archive %j', (archive) => {
    const given = archive === 'x.zip/' ? 'x.zip/..' : archive
    expect(faults('add-media', { s3_uri: '', archive: given })[0]).toMatch(/^- archive: got .*; it must be the path/)
  })

  it('says why it rejects an archive elsewhere, or one whose name would break a line', () => {
    expect(faults('add-media', { s3_uri: '', archive: '../x.zip' })[0]).toContain('leads outside the workspace')
    expect(faults('add-media', { s3_uri: '', archive: 'a\tb.zip' })[0]).toContain('on one line')
  })

  it.each(['http://bucket/x', 'bucket/x', 's3://', 's3:///x', 's3://a b/x', 'xs3://b/x'])(
    'rejects the S3 URI %j',
    (uri) => {
      expect(faults('add-media', { s3_uri: uri })[0]).toMatch(/^- s3_uri: got .*; it must be an S3 folder/)
    },
  )

  it.each(['s3://bucket', 's3://bucket/two words/', 's3://bucket/list.csv'])('takes the S3 URI %j', (uri) => {
    expect(request('add-media', { s3_uri: uri }).media).toEqual({ from: 's3', uri })
  })

  it('warns of inputs it does not use', () => {
    expect(warnings('add-media', { dataset_name: 'x', on_cancel: 'leave' })).toHaveLength(2)
  })
})
