import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DATASET_ID, faults, OTHER_ID, request, warnings } from '../../inputs/step-inputs.ts'

const VQL = '[{"duplicates":{"op":"duplicates","value":0.95}}]'

describe('export', () => {
  it('has the defaults of the contract', () => {
    expect(request('export')).toMatchObject({
      operation: 'export',
      datasetId: DATASET_ID,
      selection: { kind: 'whole' },
      entityType: 'IMAGES',
      exportFormat: 'json',
      includeImages: false,
      allowEmpty: false,
      onConflict: 'wait',
      outputDir: join(resolve('/workspace'), 'visual-layer-export'),
      extract: false,
      uploadArtifact: true,
      artifactName: 'visual-layer-export',
      compressionLevel: 6,
      overwriteArtifact: false,
      wait: true,
    })
    expect(request('export').retentionDays).toBeUndefined()
  })

  it('takes every choice', () => {
    const inputs = {
      export_format: 'parquet',
      include_images: 'true',
      entity_type: 'OBJECTS',
      allow_empty: 'true',
      output_dir: 'out/nightly',
      extract: 'true',
      artifact_name: 'nightly',
      retention_days: '7',
      compression_level: '0',
      overwrite_artifact: 'true',
      split: 'auto',
    }
    expect(request('export', inputs)).toMatchObject({
      exportFormat: 'parquet',
      includeImages: true,
      entityType: 'OBJECTS',
      allowEmpty: true,
      outputDir: join(resolve('/workspace'), 'out', 'nightly'),
      extract: true,
      artifactName: 'nightly',
      retentionDays: 7,
      compressionLevel: 0,
      overwriteArtifact: true,
    })
    expect(warnings('export', inputs)).toEqual([])
  })

  it('tells apart what is selected', () => {
    expect(request('export', { vql: VQL }).selection).toEqual({ kind: 'vql', vql: VQL })
    expect(request('export', { media_ids: 'a', cluster_ids: 'b' }).selection).toEqual({
      kind: 'selected',
      mediaIds: ['a'],
      clusterIds: ['b'],
      excludeMediaIds: [],
    })
  })

  it.each([{ media_ids: 'a' }, { cluster_ids: 'a' }])('rejects a filter beside ids', (ids) => {
    expect(faults('export', { vql: VQL, ...ids })).toEqual([
      expect.stringMatching(/^- vql: got .*; it cannot be combined with media_ids or cluster_ids/),
    ])
  })

  it('rejects media to leave out where there is no cluster, even when they are misspelt', () => {
    expect(faults('export', { exclude_media_ids: 'a b', media_ids: 'c' })).toEqual([
      expect.stringContaining('1 of 1 IDs'),
      expect.stringContaining('- exclude_media_ids: got "a b"; it requires cluster_ids'),
    ])
  })

  it('attaches to an export, and warns about what was chosen where that was started', () => {
    const inputs = {
      export_id: OTHER_ID.toUpperCase(),
      vql: VQL,
      media_ids: 'a',
      exclude_media_ids: 'b',
      include_images: 'true',
    }
    expect(request('export', inputs).selection).toEqual({ kind: 'attached', exportId: OTHER_ID })
    const because = 'is set but has no effect: the export of export_id was started earlier.'
    expect(warnings('export', inputs)).toEqual(
      ['include_images', 'media_ids', 'exclude_media_ids', 'vql'].map((name) => `The input "${name}" ${because}`),
    )
  })

  it('warns about the settings of an artifact that is not uploaded, but not about the name of the ZIP', () => {
    const inputs = {
      upload_artifact: 'False',
      artifact_name: 'nightly',
      retention_days: '3',
      overwrite_artifact: 'true',
    }
    const because = 'is set but has no effect: upload_artifact is false.'
    expect(warnings('export', inputs)).toEqual([
      `The input "retention_days" ${because}`,
      `The input "overwrite_artifact" ${because}`,
    ])
    expect(request('export', inputs)).toMatchObject({ uploadArtifact: false, artifactName: 'nightly' })
    expect(warnings('export', { compression_level: '9' })).toEqual([])
  })

  it('warns about where an export goes that is not waited for', () => {
    expect(
      warnings('export', { wait: 'false', extract: 'true', retention_days: '3', upload_artifact: 'false' }),
    ).toEqual([
      'The input "extract" is set but has no effect: with wait: false nothing is downloaded.',
      'The input "retention_days" is set but has no effect: with wait: false nothing is downloaded.',
    ])
  })

  it('compares with the previous run, or with what lies anywhere on the runner', () => {
    expect(request('export').compareWith).toBeUndefined()
    expect(request('export', { compare_with: 'Previous-Run' }).compareWith).toEqual({ kind: 'previous-run' })
    const inside = {
      kind: 'path',
      path: resolve('/workspace/last/metadata.json'),
      given: 'last/metadata.json',
    }
    expect(request('export', { compare_with: 'last/metadata.json' }).compareWith).toEqual(inside)
    const outside = { kind: 'path', path: resolve('/elsewhere'), given: '/elsewhere' }
    expect(request('export', { compare_with: '/elsewhere' }).compareWith).toEqual(outside)
    expect(faults('export', { compare_with: 'a\0b' })).toEqual([expect.stringContaining('it must be a path')])
  })

  it('takes the token of the job for that, where a runner filled it in', () => {
    expect(request('export').githubToken).toBeUndefined()
    expect(request('export', { github_token: 'ghs_1' }).githubToken).toBe('ghs_1')
  })

  it('takes conditions, of which some need an earlier export', () => {
    expect(request('export').failIf).toEqual([])
    expect(request('export', { fail_if: 'issues.blur > 5' }).failIf).toMatchObject([{ limit: 5 }])
    const compared = { fail_if: 'issues.blur > 5\nremoved > 5%' }
    expect(request('export', { ...compared, compare_with: 'last' }).failIf).toHaveLength(2)
    expect(faults('export', compared)).toEqual([
      expect.stringMatching(/^- fail_if: 1 of 2 lines .*: compare_with: previous-run\n +line 2: "removed > 5%"/),
    ])
    expect(faults('export', { fail_if: 'blurry > 5' })).toEqual([expect.stringContaining('"blurry" is not a metric')])
  })

  it('takes the same conditions as warnings, and none that also fail the step', () => {
    expect(request('export').warnIf).toEqual([])
    const apart = { fail_if: 'issues.blur > 50', warn_if: 'issues.blur > 5\nmedia_count < 10' }
    expect(request('export', apart).warnIf).toMatchObject([{ limit: 5 }, { limit: 10 }])
    const both = { compare_with: 'last', fail_if: 'added > 5\nclusters < 3', warn_if: 'clusters<3\nadded_count > 5.0' }
    expect(faults('export', both)).toEqual([
      expect.stringMatching(
        /^- warn_if: 2 of 2 lines .*\n +line 1: "clusters<3" .*\n +line 2: "added_count > 5\.0" is also in fail_if$/,
      ),
    ])
  })

  it('reports all that is wrong with the conditions at once', () => {
    const said = faults('export', {
      fail_if: 'blurry > 5\nmedia_count > many\nremoved > 1\nclusters < 3',
      warn_if: 'clusters < 3\nadded > 2\nmodified > 3\nsharp > 1\nissues.blur',
    })
    expect(said.map((line) => /^- (\w+):/.exec(line)?.[1])).toEqual([
      'fail_if',
      'warn_if',
      'fail_if',
      'warn_if',
      'warn_if',
    ])
    const all = said.join('\n')
    for (const line of ['blurry > 5', 'media_count > many', 'sharp > 1', 'issues.blur']) {
      expect(all).toContain(`: "${line}": `)
    }
    for (const line of ['removed > 1', 'added > 2', 'modified > 3']) expect(all).toContain(`"${line}" compares with`)
    expect(all).toContain('"clusters < 3" is also in fail_if')
  })

  it('splits what is too large, unless told otherwise', () => {
    expect(request('export')).toMatchObject({ split: true })
    expect(request('export').shard).toBeUndefined()
    expect(request('export', { split: 'never' })).toMatchObject({ split: false })
    expect(faults('export', { split: 'always' })).toEqual([
      expect.stringContaining('- split: got "always"; it must be'),
    ])
  })

  it.each([
    ['1/1', { index: 1, of: 1 }],
    ['2/8', { index: 2, of: 8 }],
    [' 8 / 8 ', { index: 8, of: 8 }],
    ['1000/1000', { index: 1000, of: 1000 }],
  ])('takes the shard %j', (text, shard) => {
    expect(request('export', { shard: text })).toMatchObject({ shard })
  })

  it.each(['0/8', '9/8', '1/1001', '2', '2/', '/8', '-1/8', '1/8/2', '1.5/8', '2 of 8', '1e1/20'])(
    'rejects the slice %j',
    (text) => {
      expect(faults('export', { shard: text })).toEqual([
        expect.stringMatching(/^- shard: .*; it must be .*: shard: 2\/8$/),
      ])
    },
  )

  it('names the artifact of a shard after it, where nobody chose a name', () => {
    expect(request('export', { shard: '2/8' }).artifactName).toBe('visual-layer-export-2-of-8')
    expect(request('export', { shard: '2/8', artifact_name: 'mine' }).artifactName).toBe('mine')
  })

  it('rejects shards of a snapshot, and shards that nobody waits for', () => {
    expect(faults('export', { shard: '2/8', snapshot_id: 'current' })).toEqual([
      expect.stringMatching(/^- shard: got "2\/8"; it cannot be combined with snapshot_id.*operation: clone/),
    ])
    expect(faults('export', { shard: '2/8', wait: 'false' })).toEqual([
      expect.stringMatching(/^- wait: got "false"; it must be true with shard/),
    ])
  })

  it('has no use for a shard of an export that was started elsewhere', () => {
    expect(request('export', { shard: '2/8', export_id: DATASET_ID }).shard).toBeUndefined()
    expect(warnings('export', { shard: '2/8', export_id: DATASET_ID })).toEqual([
      expect.stringContaining('"shard" is set but has no effect'),
    ])
  })

  it('takes one snapshot, by id or by name, and waits for it', () => {
    expect(request('export').snapshot).toBeUndefined()
    expect(request('export', { snapshot_id: 'current' }).snapshot).toEqual({ by: 'id', snapshotId: 'current' })
    expect(request('export', { snapshot_name: 'golden' }).snapshot).toEqual({ by: 'name', snapshotName: 'golden' })
    const both = faults('export', { snapshot_id: 'current', snapshot_name: 'golden', wait: 'False' })
    expect(both).toEqual([
      expect.stringMatching(/^- snapshot_name: got "golden"; it cannot be combined with snapshot_id/),
      expect.stringMatching(/^- wait: got "False"; it must be true with snapshot_id or snapshot_name/),
    ])
    const attached = { export_id: DATASET_ID, snapshot_id: 'current' }
    expect(request('export', attached).snapshot).toBeUndefined()
    expect(warnings('export', attached)).toEqual([expect.stringContaining('"snapshot_id" is set but has no effect')])
  })

  it('writes a COCO file where it is asked for, whatever the case of the word', () => {
    expect(request('export').coco).toBeUndefined()
    expect(request('export', { coco: 'FALSE' }).coco).toBeUndefined()
    expect(request('export', { coco: 'True', extract: 'true' }).coco).toEqual({ labels: 'all', classes: undefined })
    expect(request('export', { coco: 'Boxes', extract: 'true' }).coco).toMatchObject({ labels: 'boxes' })
    expect(faults('export', { coco: 'yes', extract: 'true' })).toEqual([expect.stringMatching(/^- coco: .*"boxes"/)])
  })

  it('writes it beside unpacked JSON only, and names the lines to add', () => {
    expect(faults('export', { coco: 'true' })).toEqual([expect.stringMatching(/^- coco: .*: extract: true$/)])
    expect(faults('export', { coco: 'boxes', extract: 'false', export_format: 'parquet' })).toEqual([
      expect.stringMatching(/^- coco: .*: extract: true$/),
      expect.stringMatching(/^- coco: .*: export_format: json$/),
    ])
  })

  it('has no use for a COCO file that nothing is downloaded for', () => {
    expect(warnings('export', { coco: 'true', extract: 'true', wait: 'false' })).toEqual([
      expect.stringContaining('"extract" is set but has no effect'),
      expect.stringContaining('"coco" is set but has no effect'),
    ])
  })

  it.each(['..', '.', '.git/x', '/etc'])('rejects to write to %s', (path) => {
    expect(faults('export', { output_dir: path })).toEqual([
      expect.stringContaining(`- output_dir: got "${path}"; it must`),
    ])
  })
})
