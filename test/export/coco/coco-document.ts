import { z } from 'zod'

const id = z.int().positive()
const size = z.number().positive()
const finite = z.number()

const box = z.strictObject({
  id,
  image_id: id,
  category_id: id,
  bbox: z.tuple([finite, finite, size, size]),
  area: size,
  iscrowd: z.literal(0),
})
const imageLabel = z.strictObject({ id, image_id: id, category_id: id })

const documentSchema = z.strictObject({
  info: z.object({
    dataset: z.object({ id: z.string(), name: z.string().optional() }),
    content_digest: z.string().regex(/^[0-9a-f]{64}$/),
    produced_by: z.object({ action: z.string() }),
  }),
  images: z.array(z.strictObject({ id, file_name: z.string(), width: size.optional(), height: size.optional() })),
  annotations: z.array(z.union([box, imageLabel])),
  categories: z.array(z.strictObject({ id, name: z.string().min(1) })),
})

export type CocoDocument = z.infer<typeof documentSchema>

/** Reads an `annotations.json` by the rules of the COCO format (cocodataset.org, "Data format"). Throws for what breaks one. */
export function readCoco(text: string): CocoDocument {
  const coco = documentSchema.parse(JSON.parse(text))
  const images = numbered('images', coco.images)
  const categories = numbered('categories', coco.categories)
  numbered('annotations', coco.annotations)
  const names = new Set(coco.categories.map(({ name }) => name))
  if (names.size !== coco.categories.length) throw new Error('two categories have one name')
  for (const annotation of coco.annotations) {
    const { image_id: image, category_id: category } = annotation
    if (!images.has(image) || !categories.has(category))
      throw new Error(`annotation ${annotation.id} refers to nothing`)
    if ('bbox' in annotation && annotation.area !== annotation.bbox[2] * annotation.bbox[3])
      throw new Error(`annotation ${annotation.id} has another area`)
  }
  return coco
}

/** The IDs, which count from 1. */
function numbered(name: string, entries: readonly { id: number }[]): Set<number> {
  for (const [index, entry] of entries.entries())
    if (entry.id !== index + 1) throw new Error(`${name} have ID ${entry.id} at ${index}`)
  return new Set(entries.map((entry) => entry.id))
}

/** Each annotation as its image's name, its class, and its box if it has one. */
export function labelsIn({ images, categories, annotations }: CocoDocument): [string, string, number[]?][] {
  return annotations.map((annotation) => {
    const file = images[annotation.image_id - 1]?.file_name ?? ''
    const name = categories[annotation.category_id - 1]?.name ?? ''
    return 'bbox' in annotation ? [file, name, annotation.bbox] : [file, name]
  })
}
