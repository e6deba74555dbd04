import { MockAgent } from 'undici'
import { expect, it } from 'vitest'
import { GitHubClient } from '../../../src/runner/github/client.ts'
import { FakeClock } from '../../waiting/fake-clock.ts'
import { failureOf } from '../../failure-of.ts'

/** Asks the API for an artifact's bytes, which is answered by a redirect. */
async function locationFor(location: string): Promise<URL> {
  const hosts = new MockAgent()
  hosts.disableNetConnect()
  hosts
    .get('https://api.github.com')
    .intercept({ path: '/repos/acme/cats/actions/artifacts/7/zip', headers: { 'x-github-api-version': '2022-11-28' } })
    .reply(302, '', { headers: { location } })
  const client = new GitHubClient({
    apiUrl: 'https://api.github.com',
    token: 'the-token',
    connection: async () => hosts,
    requestTimeoutMs: 60_000,
    maxRetries: 0,
    clock: new FakeClock(),
    signal: new AbortController().signal,
    reporter: { info: () => undefined, debug: () => undefined },
  })
  const zip = { owner: 'acme', repo: 'cats', artifact_id: 7, archive_format: 'zip' }
  try {
    return await client.location('the artifact', (rest, request) => rest.actions.downloadArtifact({ ...zip, request }))
  } finally {
    await hosts.close()
  }
}

it('leads to the bytes of an artifact, wherever they are stored', async () => {
  const link = 'https://storage.example.org/artifact.zip?sig=x'
  expect((await locationFor(link)).href).toBe(link)
})

it.each(['http://storage.example.org/artifact.zip?sig=x', 'file:///etc/passwd', 'artifact.zip'])(
  'never leads from https to anything else: %s',
  async (location) => {
    const error = await failureOf(locationFor(location))
    expect(error).toMatchObject({ code: 'unexpected_reply' })
    expect(`${error.message} ${error.apiWords}`).not.toContain('sig=')
  },
)
