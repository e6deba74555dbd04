import { parse } from 'csv-parse/sync'
import { parquetReadObjects } from 'hyparquet'
import { z } from 'zod'
import type { EmulatorOptions } from './options.ts'
import type { MediaItem } from './model.ts'

const NAME = /^(?:annotations\.json|(?:image|object)_annotations\.(?:csv|parquet))$/

/** By the exact names that the vendor's page on annotation data lists. */
export function isAnnotation(name: string): boolean {
  return NAME.test(name)
}

interface Annotation {
  fileName: string
  label: string
  isObject: boolean
}

const table = z.array(z.looseObject({ filename: z.string(), label: z.string() }))
const id = z.union([z.string(), z.number()])
const coco = z.looseObject({
  images: z.array(z.looseObject({ id, file_name: z.string() })),
  categories: z.array(z.looseObject({ id, name: z.string() })),
  annotations: z.array(z.looseObject({ image_id: id, category_id: id, bbox: z.array(z.number()).optional() })),
})

/** The items with the labels of the annotation files in place of their own, or with none where these are not looked at. */
export async function annotated(
  items: readonly MediaItem[],
  files: readonly { name: string; bytes: Buffer }[],
  style: EmulatorOptions['style']['annotations'],
): Promise<MediaItem[]> {
  const all = style === 'ignored' ? [] : (await Promise.all(files.map(annotationsIn))).flat()
  return items.map((item) => {
    const own = all.filter(({ fileName }) => fileName.split('/').at(-1) === item.fileName)
    const labels = (isObject: boolean) => own.filter((one) => one.isObject === isObject).map(({ label }) => label)
    return { ...item, labels: labels(false), objects: labels(true) }
  })
}

async function annotationsIn({ name, bytes }: { name: string; bytes: Buffer }): Promise<Annotation[]> {
  if (name.endsWith('.json')) {
    const { images, categories, annotations } = coco.parse(JSON.parse(bytes.toString()))
    return annotations.map(({ image_id, category_id, bbox }) => ({
      fileName: images.find((image) => image.id === image_id)?.file_name ?? '',
      label: categories.find((category) => category.id === category_id)?.name ?? '',
      isObject: bbox !== undefined,
    }))
  }
  const rows = name.endsWith('.csv')
    ? parse(bytes, { columns: true, bom: true })
    : await parquetReadObjects({ file: new Uint8Array(bytes).buffer })
  return table
    .parse(rows)
    .map(({ filename: fileName, label }) => ({ fileName, label, isObject: name.startsWith('object_') }))
}
