import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Emulator, startEmulator } from './emulator.ts'
import { makeMedia } from './media-items.ts'
import type { Dataset } from './model.ts'
import { type CommandAnswer, idIn, parsed, uuid, type VendorShell, vendorShell } from './vendor-shell.ts'

let emulator: Emulator
let shell: VendorShell
let dataset: Dataset

beforeAll(async () => {
  emulator = await startEmulator({ timings: { exportMs: 1 } })
  shell = await vendorShell(emulator)
})

afterAll(async () => {
  await emulator.stop()
  await shell.remove()
})

describe('export a dataset', () => {
  beforeAll(() => {
    // The ids of the published examples, so that the selective commands run unchanged.
    const items = makeMedia({ images: 6, videos: 2, clusters: 2 })
    items.forEach((item, index) => {
      item.clusterId = index < 5 ? '4e0e4d51-0fef-4fe1-a8ec-1a82b6f4880b' : 'c0000000-0000-4000-8000-000000000000'
    })
    const [first] = items
    if (first) first.mediaId = '9e8da312-d954-4844-afc7-357c458c5b03'
    dataset = emulator.world.addDataset({ name: 'Export me', items })
  })

  async function finished(started: CommandAnswer): Promise<string> {
    expect(started.status).toBe(200)
    expect(parsed(started)).toEqual({ id: uuid })
    const ids = { '<dataset_id>': dataset.id, '<task_id>': idIn(started, 'id') }
    const polled = await vi.waitFor(
      async () => {
        const answer = await shell.run(
          String.raw`curl -H "Authorization: Bearer <jwt>" \
"https://app.visual-layer.com/api/v1/dataset/<dataset_id>/export_status?export_task_id=<task_id>"`,
          ids,
        )
        expect(parsed(answer)).toMatchObject({ status: 'COMPLETED', download_uri: expect.stringContaining('?') })
        return answer
      },
      { interval: 5, timeout: 10_000 },
    )
    const downloaded = await shell.run('curl -L "<download_uri>" --output export.zip', {
      '<download_uri>': idIn(polled, 'download_uri'),
    })
    expect(downloaded.status).toBe(200)
    return downloaded.text
  }

  async function unzipped(): Promise<{ names: string[]; mediaIds: string[] }> {
    const run = promisify(execFile)
    const { stdout: names } = await run('unzip', ['-Z1', 'export.zip'], { cwd: shell.folder })
    const { stdout: metadata } = await run('unzip', ['-p', 'export.zip', 'metadata.json'], { cwd: shell.folder })
    const mediaIds = [...metadata.matchAll(/"media_id": "([^"]+)"/g)].map((match) => match[1] ?? '')
    return { names: names.trim().split('\n').sort(), mediaIds: mediaIds.sort() }
  }

  it('initiates, polls and downloads a full export', async () => {
    await finished(
      await shell.run(
        String.raw`curl -G \
-H "Authorization: Bearer <jwt>" \
-H "Accept: application/json" \
--data-urlencode "file_name=export.zip" \
--data-urlencode "export_format=json" \
--data-urlencode "include_images=false" \
"https://app.visual-layer.com/api/v1/dataset/<dataset_id>/export_context_async"`,
        { '<dataset_id>': dataset.id },
      ),
    )
    const { names, mediaIds } = await unzipped()
    expect(names).toEqual(['metadata.json'])
    expect(mediaIds).toEqual(dataset.items.map((item) => item.mediaId).sort())
  })

  it('exports selected media', async () => {
    await finished(
      await shell.run(
        String.raw`curl -X POST \
-H "Authorization: Bearer <jwt>" \
-H "Content-Type: application/json" \
-d '{
"media_selection": [
{
"type": "media",
"payload": {
"media_ids": ["9e8da312-d954-4844-afc7-357c458c5b03"]
}
}
]
}' \
"https://app.visual-layer.com/api/v1/dataset/<dataset_id>/export_entities_async?include_images=true&export_format=json"`,
        { '<dataset_id>': dataset.id },
      ),
    )
    expect(await unzipped()).toEqual({
      names: ['images/image_00001.png', 'metadata.json'],
      mediaIds: ['9e8da312-d954-4844-afc7-357c458c5b03'],
    })
  })

  it('exports a cluster', async () => {
    await finished(
      await shell.run(
        String.raw`curl -X POST \
-H "Authorization: Bearer <jwt>" \
-H "Content-Type: application/json" \
-d '{
"media_selection": [
{
"type": "cluster",
"payload": {
"cluster_id": "4e0e4d51-0fef-4fe1-a8ec-1a82b6f4880b",
"cluster_filters": {
"entity_type": "IMAGES"
},
"exclude_media_ids": []
}
}
]
}' \
"https://app.visual-layer.com/api/v1/dataset/<dataset_id>/export_entities_async?include_images=true&export_format=json"`,
        { '<dataset_id>': dataset.id },
      ),
    )
    const { mediaIds } = await unzipped()
    expect(mediaIds).toEqual(
      dataset.items
        .slice(0, 5)
        .map((item) => item.mediaId)
        .sort(),
    )
  })

  it('runs the full automation script', async () => {
    const script = String.raw`#!/bin/bash
DATASET_ID="your-dataset-id"
JWT_TOKEN="your-jwt-token"
FILENAME="script-export.zip"
echo "Initiating export..."
EXPORT_TASK_RESPONSE=$(curl -s -G \
-H "Authorization: Bearer $JWT_TOKEN" \
-H "Accept: application/json" \
--data-urlencode "file_name=$FILENAME" \
--data-urlencode "export_format=json" \
--data-urlencode "include_images=false" \
"https://app.visual-layer.com/api/v1/dataset/$DATASET_ID/export_context_async")
EXPORT_TASK_ID=$(echo $EXPORT_TASK_RESPONSE | grep -o '"id":"[^"]*' | cut -d ':' -f2 | tr -d '"')
echo "Export Task ID: $EXPORT_TASK_ID"
echo "Polling for completion..."
STATUS="PENDING"
while [ "$STATUS" != "COMPLETED" ]; do
STATUS_RESPONSE=$(curl -s \
-H "Authorization: Bearer $JWT_TOKEN" \
"https://app.visual-layer.com/api/v1/dataset/$DATASET_ID/export_status?export_task_id=$EXPORT_TASK_ID")
STATUS=$(echo $STATUS_RESPONSE | grep -o '"status":"[^"]*' | cut -d ':' -f2 | tr -d '"')
echo " Status: $STATUS"
[ "$STATUS" = "FAILED" ] && echo "Export failed." && exit 1
[ "$STATUS" != "COMPLETED" ] && sleep 5
done
DOWNLOAD_URI=$(echo $STATUS_RESPONSE | grep -o '"download_uri":"[^"]*' | cut -d ':' -f2- | sed 's/^"//' | sed 's/"$//' | sed 's/\\//g')
echo "Downloading..."
curl -L "$DOWNLOAD_URI" --output $FILENAME
echo "Extracting..."
unzip $FILENAME -d exported_dataset
echo "Done."`
    const ids = { 'your-dataset-id': dataset.id, 'your-jwt-token': emulator.token() }
    const { text } = await shell.run(`${script}\n`, ids)
    expect(text).toMatch(/Status: COMPLETED[\s\S]*Done\.$/)
    const metadata: unknown = JSON.parse(await readFile(join(shell.folder, 'exported_dataset/metadata.json'), 'utf8'))
    expect(metadata).toMatchObject({ info: { dataset: 'Export me', total_media_items: 8 } })
  })
})
