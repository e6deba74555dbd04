import { describe, expect, it } from 'vitest'
import { exportScene, ZIP } from './export-scene.ts'
import { startProxy } from './proxy.ts'
import { Scene } from './scene.ts'
import { startCompressing, startTlsFront } from './tls.ts'

async function withDataset(settings?: Parameters<typeof Scene.open>[0]) {
  const scene = await Scene.open(settings)
  const dataset = scene.world.addDataset({ name: 'cats' })
  return { scene, dataset, inputs: { operation: 'wait', dataset_id: dataset.id } }
}

describe.concurrent('the way to Visual Layer', () => {
  it.each(['HTTP_PROXY', 'http_proxy'])(
    'leads through the proxy of %s, the storage host included',
    async (variable) => {
      const { scene, inputs } = await exportScene()
      await using _ = scene
      await using proxy = await startProxy()
      await scene.succeed(inputs, { [variable]: proxy.url })
      const asked = proxy.asked.join('\n')
      expect(asked).toContain(new URL(scene.emulator.url).host)
      expect(asked).toContain(new URL(scene.emulator.storageUrl).host)
      const all = scene.emulator.requests.filter(({ server }) => server === 'api')
      expect(all.length).toBeGreaterThan(1)
    },
  )

  it('leads past the proxy for what NO_PROXY names', async () => {
    const { scene, inputs } = await withDataset()
    await using _ = scene
    await using proxy = await startProxy()
    await scene.succeed(inputs, { HTTP_PROXY: proxy.url, NO_PROXY: 'example.com,127.0.0.1' })
    expect(proxy.asked).toEqual([])
  })

  it('ends as network where the proxy rejects', async () => {
    const { scene, inputs } = await withDataset()
    await using _ = scene
    await using proxy = await startProxy(407)
    const { errors, outputs } = await scene.run({ ...inputs, max_retries: '1' }, { HTTP_PROXY: proxy.url })
    expect(['network', 'rejected'], errors[0]).toContain(outputs['error_code'])
    expect(errors[0]).toMatch(/proxy/i)
    expect(scene.emulator.requests).toEqual([])
  })

  it('asks for no credentials on a self-hosted server', async () => {
    const { scene, inputs } = await withDataset({ auth: 'none' })
    await using _ = scene
    await scene.succeed({ ...inputs, api_key: '', api_secret: '' })
    expect(new Set(scene.emulator.requests.map(({ headers }) => headers.authorization))).toEqual(new Set([undefined]))
  })

  it('says who asks', async () => {
    const { scene, inputs } = await exportScene()
    await using _ = scene
    await scene.succeed(inputs)
    const agents = new Set(scene.emulator.requests.map(({ headers }) => headers['user-agent']))
    expect([...agents]).toEqual([expect.stringMatching(/^visual-layer-dataset-action\/\d+\.\d+\.\d+/)])
  })

  it('is trusted over TLS with the authority that NODE_EXTRA_CA_CERTS adds, and not without', async () => {
    const { scene, inputs } = await withDataset()
    await using _ = scene
    await using front = await startTlsFront(scene.emulator.url)
    await scene.succeed({ ...inputs, base_url: front.url }, { NODE_EXTRA_CA_CERTS: front.authority })
    const sent = scene.emulator.requests.length
    const { errors } = await scene.fail('network', { ...inputs, base_url: front.url, max_retries: '1' })
    expect(errors[0]).toContain('NODE_EXTRA_CA_CERTS')
    expect(scene.emulator.requests).toHaveLength(sent)
  })

  it('is not trusted under a name that its certificate does not have, which is named', async () => {
    const { scene, inputs } = await withDataset()
    await using _ = scene
    await using front = await startTlsFront(scene.emulator.url, 'DNS:localhost')
    const over = { ...inputs, base_url: front.url.replace('localhost', '127.0.0.1') }
    const { errors } = await scene.fail('network', over, { NODE_EXTRA_CA_CERTS: front.authority })
    expect(errors[0]).toContain('localhost')
    expect(errors[0]).toContain('base_url')
    expect(errors[0]).not.toContain('NODE_EXTRA_CA_CERTS')
  })

  it('passes a gateway that compresses every reply, though nobody asked for it', async () => {
    const { scene, inputs } = await withDataset()
    await using _ = scene
    await using gateway = await startCompressing(scene.emulator.url)
    await scene.succeed({ ...inputs, base_url: gateway.url })
    expect(gateway.compressed()).toBeGreaterThan(0)
  })

  it('never leads from a server over https to an export over plain http', async () => {
    const { scene, inputs, files } = await exportScene()
    await using _ = scene
    await using front = await startTlsFront(scene.emulator.url)
    const over = { base_url: front.url }
    const { errors, outputs } = await scene.fail(
      'unexpected_reply',
      { ...inputs, ...over },
      { NODE_EXTRA_CA_CERTS: front.authority },
    )
    expect(errors[0]).toContain('uses plain http')
    expect(outputs['export_id']).not.toBe('')
    expect(scene.emulator.requests.filter(({ server }) => server === 'storage')).toEqual([])
    expect(await files()).toEqual([])
    scene.emulator.options.style.downloadLinks = 'relative'
    await scene.succeed({ ...inputs, ...over }, { NODE_EXTRA_CA_CERTS: front.authority })
    expect(await files()).toContain(ZIP)
  })

  it('ends as network where nobody listens', async () => {
    const { scene, inputs } = await withDataset()
    const { url } = scene.emulator
    await scene.emulator.stop()
    await using proxyOfNobody = await startProxy()
    const { errors } = await scene.fail('network', { ...inputs, max_retries: '1' })
    expect(errors[0]).toContain(new URL(url).host)
    expect(errors[0]).toContain('ECONNREFUSED')
    expect(proxyOfNobody.asked).toEqual([])
    await scene.job.remove()
  })

  it('ends as network where the name does not resolve', async () => {
    const { scene, inputs } = await withDataset()
    await using _ = scene
    const { errors } = await scene.fail('network', {
      ...inputs,
      base_url: 'https://no-such-host.invalid',
      max_retries: '1',
    })
    expect(errors[0]).toContain('no-such-host.invalid')
  })

  it('ends as unauthorized with a wrong secret, and says what to check', async () => {
    const { scene, inputs } = await withDataset()
    await using _ = scene
    const { errors } = await scene.fail('unauthorized', { ...inputs, api_secret: 'another-secret-0123456789' })
    expect(errors[0]).toContain('api_secret')
    expect(scene.emulator.requests.length).toBeLessThanOrEqual(2)
  })

  it('ends as unauthorized when a ready-made token expires in the middle of a wait', async () => {
    const { scene, dataset, inputs } = await withDataset()
    await using _ = scene
    dataset.status = 'INDEXING'
    const token = { api_key: '', api_secret: '', token: scene.emulator.token(3) }
    const { errors, outputs } = await scene.fail('unauthorized', { ...inputs, ...token, timeout: '30s' })
    expect(errors[0]).toContain('expired')
    expect(outputs['dataset_status']).toBe('INDEXING')
  })

  it('says that a web page instead of a reply means another server', async () => {
    const { scene, inputs } = await withDataset()
    await using _ = scene
    scene.emulator.faults.add({ path: /./, times: Infinity, fault: { kind: 'html200', effect: false } })
    const { errors } = await scene.fail('unexpected_reply', { ...inputs, max_retries: '1' })
    expect(errors[0]).toContain('base_url')
  })

  it('never takes the credentials to another server that it is sent to', async () => {
    const { scene, inputs } = await withDataset()
    await using _ = scene
    await using other = await Scene.open()
    const headers = { location: `${other.emulator.url}/api/v1/dataset/${inputs.dataset_id}` }
    scene.emulator.faults.add({ path: /./, times: Infinity, fault: { kind: 'status', status: 302, headers } })
    const { errors } = await scene.fail('unexpected_reply', inputs)
    expect(errors[0]).toContain(other.emulator.url)
    expect(other.emulator.requests).toEqual([])
  })
})
