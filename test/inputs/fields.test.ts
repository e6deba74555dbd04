import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DATASET_ID, faults, mediaIds, OTHER_ID, request } from './step-inputs.ts'

describe('lists of IDs', () => {
  it('splits lists at commas and line ends, drops blanks and repetitions, and keeps the order', () => {
    expect(mediaIds(' b, a\r\nc,,b\n\n , #d ')).toEqual(['b', 'a', 'c', '#d'])
  })

  it('takes a JSON array of IDs, as toJSON() writes it', () => {
    const ids = [DATASET_ID, OTHER_ID, 'a_1']
    for (const indent of [undefined, 2])
      expect(mediaIds(JSON.stringify([...ids, DATASET_ID], null, indent))).toEqual(ids)
    expect(mediaIds(JSON.stringify([` ${DATASET_ID.toUpperCase()} `, '']))).toEqual([DATASET_ID])
  })

  it('gives back any distinct ids, however they were separated', () => {
    const items = fc.uniqueArray(fc.stringMatching(/^[a-z0-9-]{1,20}$/), { minLength: 1 })
    const separator = fc.constantFrom(',', '\n', '\r\n', ' , ', ',\n', '\n\n')
    fc.assert(
      fc.property(items, separator, (ids, between) => {
        expect(mediaIds(ids.join(between))).toEqual(ids)
      }),
    )
  })

  it('takes a list of ids with tokens of any form', () => {
    const { selection } = request('export', { cluster_ids: `a_1, ${OTHER_ID}\na_1`, exclude_media_ids: 'x' })
    expect(selection).toEqual({ kind: 'selected', mediaIds: [], clusterIds: ['a_1', OTHER_ID], excludeMediaIds: ['x'] })
  })

  it('takes ids of 200 characters', () => {
    const longest = 'x'.repeat(200)
    expect(request('export', { media_ids: longest }).selection).toMatchObject({ mediaIds: [longest] })
  })

  it.each([
    ['a, b c', ['1 of 2 IDs', 'line 1: "b c"']],
    [`a,\n${'x'.repeat(201)}`, ['1 of 2 IDs', 'line 2: "xxx']],
    ['a,b\u0007', [String.raw`line 1: "b\u0007"`]],
    [' , ,', ['it contains no ID']],
    ['[]', ['it contains no ID']],
    ['["a", "b c", "d,e"]', ['2 of 3 IDs', 'item 2: "b c"', 'item 3: "d,e"']],
    ['["a", 5]', ['not a JSON array of strings']],
    ['[{"id": "a"}]', ['not a JSON array of strings']],
    ['["a",', ['not a JSON array of strings']],
    ['[a, b]', ['not a JSON array of strings']],
    ['{"a": 1}', ['1 of 1 IDs', String.raw`line 1: "{\"a\": 1}"`]],
    ['a]', ['line 1: "a]"']],
    ["'a', b", [`line 1: "'a'"`]],
    ['"a", b', [String.raw`line 1: "\"a\""`]],
  ])('rejects the list %j', (text, reasons) => {
    const [fault] = faults('export', { media_ids: text })
    for (const reason of reasons) expect(fault).toContain(reason)
  })

  it.each(['media_ids', 'cluster_ids', 'exclude_media_ids'] as const)(
    'names the lines of the first ten that are malformed in %s, and how many there are',
    (input) => {
      const text = Array.from({ length: 1_200 }, (_, index) => (index % 2 === 0 ? `id${index}` : `an id${index}`))
      const [fault = ''] = faults('export', { cluster_ids: 'a', [input]: text.join('\n') })
      const [heading, ...lines] = fault.split('\n').map((line) => line.trim())
      expect(heading).toMatch(new RegExp(`^- ${input}: 600 of 1,200 IDs are invalid; `))
      expect(lines.slice(0, -1)).toEqual(
        Array.from({ length: 10 }, (_, index) => `line ${2 * index + 2}: "an id${2 * index + 1}"`),
      )
      expect(lines.at(-1)).toBe('and 590 more')
    },
  )
})

describe('true and false', () => {
  it('takes the spellings of YAML 1.2 and no other', () => {
    for (const text of ['true', 'True', 'TRUE']) expect(request('export', { extract: text }).extract).toBe(true)
    for (const text of ['false', 'False', 'FALSE']) expect(request('export', { wait: text }).wait).toBe(false)
    const other = fc
      .oneof(fc.constantFrom('yes', 'no', 'on', 'off', '1', '0', 'tRUE', 'truefalse', 'null'), fc.string())
      .filter((text) => text.trim() !== '' && !/^(?:true|True|TRUE|false|False|FALSE)$/.test(text.trim()))
    fc.assert(
      fc.property(other, (text) => {
        expect(faults('export', { extract: text })).toEqual([
          expect.stringMatching(/^- extract: .*; it must be true or false\. .*: extract: (?:true|false)$/),
        ])
      }),
    )
  })

  it.each([
    ['true', ['yes', 'Yes', 'y', 'on', 'ON', '1', 'ture', 'tRUE']],
    ['false', ['no', 'No', 'n', 'off', '0', 'fasle']],
  ])('says %s for what is probably meant so', (word, texts) => {
    for (const text of texts) {
      expect(faults('export', { extract: text })[0]).toContain(`Change it to: extract: ${word}`)
      expect(faults('export', { wait: text })[0]).toContain(`Change it to: wait: ${word}`)
    }
    expect(faults('export', { extract: 'constructor' })[0]).toContain('Example: extract: false')
  })

  it('takes an empty text for the default', () => {
    expect(request('restore', { safety_snapshot: ' ' }).safetySnapshot).toBe(true)
    expect(request('export', { extract: '' }).extract).toBe(false)
  })
})

describe('numbers and durations', () => {
  it('keeps to their bounds', () => {
    expect(request('snapshot', { max_retries: '0' }).maxRetries).toBe(0)
    expect(request('snapshot', { max_retries: '100' }).maxRetries).toBe(100)
    expect(request('export', { retention_days: '400', compression_level: '9' })).toMatchObject({
      retentionDays: 400,
      compressionLevel: 9,
    })
    expect(request('snapshot', { timeout: '120h', poll_interval: '50ms', request_timeout: '1ms' })).toMatchObject({
      timeoutMs: 432_000_000,
      pollIntervalMs: 50,
      requestTimeoutMs: 1,
    })
    expect(request('snapshot', { poll_interval: '1h' }).pollIntervalMs).toBe(3_600_000)
  })

  it.each([
    ['max_retries', '101', 'a whole number from 0 to 100'],
    ['max_retries', '-1', 'a whole number from 0 to 100'],
    ['max_retries', '1.0', 'a whole number from 0 to 100'],
    ['max_retries', '0x5', 'a whole number from 0 to 100'],
    ['retention_days', '0', 'a whole number from 1 to 400'],
    ['retention_days', '401', 'a whole number from 1 to 400'],
    ['compression_level', '10', 'a whole number from 0 to 9'],
    ['timeout', '121h', 'more than zero and at most 120h'],
    ['timeout', '0s', 'more than zero and at most 120h'],
    ['request_timeout', '60', '60s for seconds, 60m for minutes.*: request_timeout: 60s$'],
    ['timeout', '120', '120s for seconds, 120m for minutes'],
    ['timeout', '1.5', '1.5s for seconds, 1.5m for minutes'],
    ['timeout', '-5', 'a duration such as 90s'],
    ['poll_interval', '10', '10s for seconds, 10m for minutes'],
    ['poll_interval', '49ms', 'from 50ms to 1h'],
    ['poll_interval', '61m', 'from 50ms to 1h'],
    ['poll_interval', 'Auto', 'it must be "auto" or a duration'],
    ['timeout', '0', 'more than zero and at most 120h. Example: timeout: 2h$'],
    ['timeout', '500000', 'more than zero and at most 120h. Example: timeout: 2h$'],
    ['poll_interval', '5000', 'from 50ms to 1h. Example: poll_interval: auto$'],
  ] as const)('rejects %s: %s', (input, text, reason) => {
    expect(faults('export', { [input]: text })).toEqual([
      expect.stringMatching(new RegExp(`^- ${input}: got "${text}"; .*${reason}`)),
    ])
  })
})

describe('names and texts', () => {
  it('takes names in any script and descriptions of several lines', () => {
    const made = request('snapshot', { snapshot_name: ' vor dem Umbau: \u00e4\u732b ', description: 'one\n\ttwo' })
    expect(made).toMatchObject({ snapshotName: 'vor dem Umbau: \u00e4\u732b', description: 'one\n\ttwo' })
    expect(request('snapshot', { snapshot_name: 'x'.repeat(255) }).snapshotName).toHaveLength(255)
    expect(request('snapshot', { description: 'x'.repeat(10_000) }).description).toHaveLength(10_000)
  })

  it.each(['a\nb', 'a\u0000b', 'a\u2028b', 'a\u0085b', 'x'.repeat(256)])('rejects the name %j', (name) => {
    expect(faults('snapshot', { snapshot_name: name })[0]).toContain('one line of at most 255 characters')
    expect(faults('create-from-s3', { dataset_name: name })[0]).toContain('one line of at most 255 characters')
  })

  it('rejects a description that is too long', () => {
    expect(faults('snapshot', { description: 'x'.repeat(10_001) })[0]).toContain('10,000 characters')
  })

  it.each(['nightly', 'a.b_c-d (1)', '...', 'x'.repeat(200)])('takes the artifact name %s', (name) => {
    expect(request('export', { artifact_name: name }).artifactName).toBe(name)
  })

  it.each(
    Array.from('":<>|*?\\/')
      .map((character) => `a${character}b`)
      .concat('.', '..', 'a\nb', 'x'.repeat(201), '\u732b'.repeat(67)),
  )('rejects the artifact name %j', (name) => {
    expect(faults('export', { artifact_name: name })[0]).toContain('a name of at most 200 bytes without')
  })
})

describe('bucket_path', () => {
  it.each(['s3://bucket/prefix/', 's3://bucket', 'bucket/prefix/', 'bucket', 's3://b/a%20b/caf\u00e9/'])(
    'passes %s as it is',
    (path) => {
      expect(request('create-from-s3', { bucket_path: path }).bucketPath).toBe(path)
    },
  )

  it.each([
    ['https://bucket.s3.amazonaws.com/x', 'not the web address of a bucket'],
    ['HTTP://bucket/x', 'not the web address of a bucket'],
    ['gs://bucket/x', 's3:// is the only scheme'],
    ['bucket/s3://x', 's3:// is the only scheme'],
    ['S3://bucket/x', 's3:// is the only scheme'],
    ['s3://bucket/a b/', 'without spaces'],
    ['s3://bucket/a\ns3://bucket/b', 'on one line'],
    ['s3:///x', 'the name of the bucket is missing'],
    ['s3://', 'the name of the bucket is missing'],
    ['/bucket/x', 'the name of the bucket is missing'],
  ])('rejects %j', (path, reason) => {
    expect(faults('create-from-s3', { bucket_path: path })).toEqual([expect.stringContaining(reason)])
  })
})

describe('vql', () => {
  it('drops white space between the parts and changes nothing else', () => {
    const text = '[ {"text": {"op":"fts",\n"value":"a  \\" b\\\\", "threshold": 12345678901234567890.10 } } ]'
    const { selection } = request('export', { vql: text })
    const compact = '[{"text":{"op":"fts","value":"a  \\" b\\\\","threshold":12345678901234567890.10}}]'
    expect(selection).toEqual({ kind: 'vql', vql: compact })
  })

  it('takes a text as long as an environment holds', () => {
    const value = '\\"  '.repeat(25_000)
    const { selection } = request('export', { vql: `[ {"text": "${value}"} ]` })
    expect(selection).toEqual({ kind: 'vql', vql: `[{"text":"${value}"}]` })
  })

  it('means the same as what came', () => {
    const filters = fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 4 })
    fc.assert(
      fc.property(filters, fc.constantFrom(0, 2, '\t', '\r\n '), (value, indent) => {
        const { selection } = request('export', { vql: JSON.stringify(value, null, indent) })
        expect(selection).toEqual({ kind: 'vql', vql: JSON.stringify(value) })
      }),
    )
  })

  it.each(['{}', '[1]', '[null]', '[[]]', '"x"', '[{}', 'label = cat', "[{'a':1}]"])('rejects %s', (text) => {
    expect(faults('export', { vql: text })[0]).toContain('a JSON array of filter objects')
  })

  it('says where it is not JSON at all', () => {
    expect(faults('export', { vql: '[{' })[0]).toContain('and it is not JSON')
    expect(faults('export', { vql: '[1]' })[0]).not.toContain('not JSON')
  })
})

describe('words', () => {
  it.each([
    ['export', 'export_format', 'JSON', '"json" or "parquet"', 'json'],
    ['export', 'export_format', 'parqet', '"json" or "parquet"', 'parquet'],
    ['snapshot', 'if_exists', 'skip', '"create" or "reuse" or "fail"', 'create'],
    ['clone', 'on_conflict', 'retry', '"wait" or "fail"', 'wait'],
    ['create-from-s3', 'on_cancel', 'delete', '"abort" or "leave"', 'abort'],
    ['export', 'entity_type', 'VIDEOS', '"IMAGES" or "OBJECTS"', 'IMAGES'],
    ['export', 'entity_type', 'object', '"IMAGES" or "OBJECTS"', 'OBJECTS'],
  ] as const)('%s rejects %s: %s', (operation, input, text, allowed, line) => {
    const [fault, ...more] = faults(operation, { [input]: text })
    expect(more).toEqual([])
    expect(fault).toContain(`- ${input}: got "${text}"; it must be ${allowed}.`)
    expect(fault).toContain(`: ${input}: ${line}`)
  })

  it('takes entity_type in any case', () => {
    expect(request('export', { entity_type: 'objects' }).entityType).toBe('OBJECTS')
  })
})
