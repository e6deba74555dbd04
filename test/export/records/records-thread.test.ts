import { expect, it, vi } from 'vitest'
import { readBytes } from '../../../src/export/records/read-batch.ts'
import type { RecordsReport } from '../../../src/export/records/records-thread.ts'

// The code of the thread, in this one: what it reports of a batch.
const thread = vi.hoisted(() => ({
  channel: new (process.getBuiltinModule('node:worker_threads').MessageChannel)(),
}))
vi.mock(import('node:worker_threads'), async (original) => ({
  ...(await original()),
  parentPort: thread.channel.port2,
  workerData: { wanted: {} },
}))

async function reportOf(text: string): Promise<RecordsReport> {
  const { port1 } = thread.channel
  const { promise, resolve } = Promise.withResolvers<RecordsReport>()
  port1.once('message', resolve)
  port1.postMessage({ bytes: Buffer.from(text), starts: [0], ends: [text.length] })
  return promise
}

it('reports what a batch contains, or why it cannot be read', async () => {
  await import('../../../src/export/records/records-thread.ts')
  const record = '{"media_id":"a"}'
  const bytes = { bytes: Buffer.from(record), starts: [0], ends: [record.length] }
  expect(await reportOf(record)).toMatchObject({ result: { tally: readBytes(bytes, {}).tally } })
  const deep = `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`
  expect(await reportOf(deep)).toMatchObject({ error: { code: 'corrupt_download' } })
  thread.channel.port1.close()
})
