import { describe, expect, it } from 'vitest'
import { secretsOf } from '../../src/inputs/secrets.ts'
import { environment } from './step-inputs.ts'

describe('secretsOf', () => {
  it('finds what is to be masked, as it came and as it is used, even when the inputs are wrong', () => {
    const env = environment({ operation: '?', api_key: 'id', api_secret: ' s1\n', token: 't1', github_token: 'ghs_1' })
    expect(secretsOf(env)).toEqual([' s1\n', 's1', 't1', 'ghs_1'])
  })

  it('finds nothing where nothing came', () => {
    expect(secretsOf(environment({ token: '', github_token: ' ' }))).toEqual([])
  })
})
