import { describe, expect, it } from 'vitest'
import { ActionError } from '../../src/errors.ts'
import { readProxies } from '../../src/visual-layer/connection.ts'

function failure(env: NodeJS.ProcessEnv): ActionError {
  try {
    readProxies(env)
  } catch (error) {
    if (error instanceof ActionError) return error
  }
  throw new Error('it was accepted')
}

describe('proxies of the environment', () => {
  it.each([
    [{}, {}],
    [{ HTTPS_PROXY: ' ', http_proxy: '' }, {}],
    [{ HTTPS_PROXY: 'proxy.corp:3128' }, { https: 'http://proxy.corp:3128' }],
    [{ HTTP_PROXY: 'http://a:1', http_proxy: 'https://b:2' }, { http: 'https://b:2' }],
    [{ https_proxy: 'http://user:50%25@proxy:3128' }, { https: 'http://user:50%25@proxy:3128' }],
  ])('are read: %j', (env, proxies) => {
    expect(readProxies(env)).toEqual({ http: undefined, https: undefined, ...proxies })
  })

  it('get a scheme in the environment, too', () => {
    const env = { HTTPS_PROXY: 'proxy.corp:3128' }
    readProxies(env)
    expect(env).toEqual({ HTTPS_PROXY: 'http://proxy.corp:3128' })
  })

  it.each(['http://ci:50%@127.0.0.1:9', 'ftp://127.0.0.1:9', 'http://', 'http://us%er:secret@h:1'])(
    'are rejected without being shown: %s',
    (value) => {
      const { code, message, todo } = failure({ HTTPS_PROXY: value })
      expect(code).toBe('invalid_input')
      expect(message).toContain('HTTPS_PROXY')
      expect(`${message}${todo}`).not.toMatch(/ci:50|ftp:|secret|us%er/)
    },
  )
})
