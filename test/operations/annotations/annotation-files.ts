import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterAll, beforeAll, expect } from 'vitest'
import { ActionError } from '../../../src/errors.ts'
import { checkAnnotations } from '../../../src/operations/annotations/check.ts'
import type { ChosenFile } from '../../../src/operations/media-files.ts'
import { rejection, RequestClock } from '../../visual-layer/loopback.ts'
import { fakeStep } from '../fake-step.ts'

let folder: string

/** Makes the folder of all functions below, for the tests of a file. */
export function useFolder(): void {
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'vl-annotations-'))
  })
  afterAll(() => rm(folder, { recursive: true }))
}

export function chosen(shown: string): ChosenFile {
  const fileName = path.posix.basename(shown)
  return { path: path.join(folder, fileName), shown, fileName, contentType: '', sizeBytes: 1 }
}

export const MEDIA = ['m/a.jpg', 'm/b.jpg', 'm/x/c.jpg']

/** A step whose time is that of the file system. */
export function stepOf() {
  return fakeStep({ clock: new RequestClock(new AbortController().signal) })
}

/** Checks annotation files with these contents, by name, which lie in a folder `labels`. */
export async function check(contents: Record<string, string | Uint8Array>, media = MEDIA) {
  const step = stepOf()
  for (const [name, content] of Object.entries(contents)) await writeFile(path.join(folder, name), content)
  const files = Object.keys(contents).map((name) => chosen(`labels/${name}`))
  const ended = checkAnnotations(step, files, media.map(chosen))
  return { step, ended }
}

/** What is said to be broken: the lines after the heading. */
export async function faults(contents: Record<string, string | Uint8Array>): Promise<string[]> {
  const { ended } = await check(contents)
  const error = await rejection(ended)
  expect(error).toBeInstanceOf(ActionError)
  expect(error).toMatchObject({ code: 'invalid_input', todo: expect.stringContaining('Nothing was sent') })
  return error instanceof ActionError ? error.message.split('\n').slice(1) : []
}

export const coco = (over: Record<string, unknown> = {}) => ({
  info: { description: 'pets' },
  licenses: [],
  images: [
    { id: 1, file_name: 'a.jpg' },
    { id: 2, file_name: 'b.jpg' },
  ],
  annotations: [
    { id: 1, image_id: 1, category_id: 7, bbox: [0, 0, 10.5, 3] },
    { id: 2, image_id: 2, category_id: 8 },
  ],
  categories: [
    { id: 7, name: 'cat' },
    { id: 8, name: 'dog' },
  ],
  ...over,
})

export function parquet(columns: Record<string, unknown[]>): Uint8Array {
  const columnData = Object.entries(columns).map(([name, data]) => ({ name, data }))
  return new Uint8Array(parquetWriteBuffer({ columnData }))
}
