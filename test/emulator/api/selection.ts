import { invalid, isRecord } from '../http/reply.ts'
import type { MediaItem } from '../model.ts'

/**
 * The media that a body of `export_entities_async` selects: the union of its entries. Ids that the dataset does not have
 * select nothing.
 * @throws Refusal 422 for another shape
 */
export function selectMedia(body: Record<string, unknown>, items: readonly MediaItem[]): MediaItem[] {
  const selection = body['media_selection']
  if (!Array.isArray(selection))
    throw invalid(['body', 'media_selection'], 'Input should be a valid list', selection, 'list_type')
  const chosen = new Set<string>()
  for (const [index, entry] of selection.entries()) {
    for (const item of selected(entry, items, ['body', 'media_selection', index])) chosen.add(item.mediaId)
  }
  return items.filter((item) => chosen.has(item.mediaId))
}

function selected(entry: unknown, items: readonly MediaItem[], loc: (string | number)[]): MediaItem[] {
  const { type, payload } = record(entry, loc)
  const content = record(payload, [...loc, 'payload'])
  if (type === 'media') {
    const ids = idList(content['media_ids'], [...loc, 'payload', 'media_ids'])
    return items.filter((item) => ids.has(item.mediaId))
  }
  if (type === 'cluster') {
    const clusterId = content['cluster_id']
    if (typeof clusterId !== 'string') {
      throw invalid([...loc, 'payload', 'cluster_id'], 'Input should be a valid UUID', clusterId, 'uuid_type')
    }
    const filters = record(content['cluster_filters'] ?? {}, [...loc, 'payload', 'cluster_filters'])
    const objects = filters['entity_type'] === 'OBJECTS'
    const excluded = idList(content['exclude_media_ids'] ?? [], [...loc, 'payload', 'exclude_media_ids'])
    return items.filter(
      (item) => item.clusterId === clusterId && !excluded.has(item.mediaId) && (!objects || item.objects.length > 0),
    )
  }
  throw invalid([...loc, 'type'], "Input should be 'media' or 'cluster'", type, 'enum')
}

function record(value: unknown, loc: (string | number)[]): Record<string, unknown> {
  if (isRecord(value)) return value
  throw invalid(loc, 'Input should be a valid dictionary', value, 'dict_type')
}

function idList(value: unknown, loc: (string | number)[]): Set<string> {
  if (Array.isArray(value) && value.every((id): id is string => typeof id === 'string')) return new Set(value)
  throw invalid(loc, 'Input should be a valid list', value, 'list_type')
}
