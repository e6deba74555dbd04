import { invalid, isRecord } from '../http/reply.ts'
import { mediaIndex } from '../media-index.ts'
import type { MediaItem } from '../model.ts'
import { vqlFilter } from '../vql.ts'

interface SelectionStyle {
  /** Only the first entry of a selection counts. */
  singleSelection: boolean
  /** Whether the filters of a cluster may hold `vql`; else it is not looked at. */
  clusterVql: boolean
}

/**
 * The media that a body of `export_entities_async` selects: the union of its entries. Ids that the dataset does not have
 * select nothing.
 * @throws Rejection 422 for another shape
 */
export function selectMedia(
  body: Record<string, unknown>,
  items: readonly MediaItem[],
  style: SelectionStyle,
): MediaItem[] {
  const selection: unknown = body['media_selection']
  if (!Array.isArray(selection))
    throw invalid(['body', 'media_selection'], 'Input should be a valid list', selection, 'list_type')
  const chosen = new Set<MediaItem>()
  const honoured: unknown[] = style.singleSelection ? selection.slice(0, 1) : selection
  for (const [index, entry] of honoured.entries()) {
    for (const item of selected(entry, items, style, ['body', 'media_selection', index])) chosen.add(item)
  }
  return items.filter((item) => chosen.has(item))
}

function selected(
  entry: unknown,
  items: readonly MediaItem[],
  style: SelectionStyle,
  loc: (string | number)[],
): MediaItem[] {
  const { type, payload } = record(entry, loc)
  const content = record(payload, [...loc, 'payload'])
  if (type === 'media') {
    const { byId } = mediaIndex(items)
    const ids = [...idList(content['media_ids'], [...loc, 'payload', 'media_ids'])]
    return ids.map((id) => byId.get(id)).filter((item) => item !== undefined)
  }
  if (type === 'cluster') {
    const clusterId = content['cluster_id']
    if (typeof clusterId !== 'string') {
      throw invalid([...loc, 'payload', 'cluster_id'], 'Input should be a valid UUID', clusterId, 'uuid_type')
    }
    const filters = record(content['cluster_filters'] ?? {}, [...loc, 'payload', 'cluster_filters'])
    const objects = filters['entity_type'] === 'OBJECTS'
    const { vql } = filters
    const matches = vqlFilter(style.clusterVql && vql !== undefined ? JSON.stringify(vql) : null, items)
    const excluded = idList(content['exclude_media_ids'] ?? [], [...loc, 'payload', 'exclude_media_ids'])
    const members = mediaIndex(items).clusters.get(clusterId) ?? []
    return members.filter(
      (item) => !excluded.has(item.mediaId) && (!objects || item.objects.length > 0) && matches(item),
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
