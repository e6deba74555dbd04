import { invalid, isRecord } from './http/reply.ts'
import { isUuid } from './http/routing.ts'
import type { MediaItem } from './model.ts'

type Filter = (item: MediaItem) => boolean

/**
 * The filters of a VQL text, joined by AND, as docs.visual-layer.com describes them: labels, tags, issues, duplicates,
 * uniqueness, text and similarity.
 * @throws Rejection 422 for bad syntax
 */
export function vqlFilter(raw: string | null, items: readonly MediaItem[]): Filter {
  if (raw === null || raw === '') return () => true
  let parsed: unknown
  try {
    parsed = JSON.parse(raw)
  } catch {
    throw bad('VQL is not valid JSON', raw)
  }
  if (!Array.isArray(parsed)) throw bad('VQL should be a list of filters', raw)
  const filters = parsed.map((entry: unknown) => oneFilter(entry, items))
  return (item) => filters.every((filter) => filter(item))
}

function oneFilter(entry: unknown, items: readonly MediaItem[]): Filter {
  if (!isRecord(entry)) throw bad('A filter should be an object', entry)
  const kinds = Object.keys(entry).filter((key) => key !== 'id')
  const [kind] = kinds
  const body = kind === undefined ? undefined : entry[kind]
  if (kinds.length !== 1 || !isRecord(body)) throw bad('A filter should hold exactly one kind', entry)
  const { op, value } = body
  switch (kind) {
    case 'labels': {
      const words = texts(Array.isArray(value) ? value : [value], entry)
      const any: Filter = (item) => item.labels.some((label) => words.includes(label))
      if (op === 'one_of' || op === 'is') return any
      if (op === 'not_one_of' || op === 'is_not') return (item) => !any(item)
      throw bad(`Unknown op for labels: ${String(op)}`, entry)
    }
    case 'tags': {
      const ids = texts(value, entry)
      requireOp(op, ['is'], entry)
      return (item) => ids.every((id) => item.tags.includes(id))
    }
    case 'issues':
      return issueFilter(body, entry)
    case 'duplicates':
      requireOp(op, ['duplicates'], entry)
      return (item) =>
        item.issues.some((issue) => issue.type === 'duplicates' && issue.confidence >= number(value, entry))
    case 'uniqueness':
      requireOp(op, ['uniqueness'], entry)
      return (item) => item.uniqueness >= number(value, entry)
    case 'text': {
      requireOp(op, ['fts', 'semantic'], entry)
      const [word = ''] = texts([value], entry)
      return (item) => `${item.caption ?? ''} ${item.fileName}`.toLowerCase().includes(word.toLowerCase())
    }
    case 'similarity': {
      requireOp(op, ['upload', 'media'], entry)
      const [anchorId = ''] = texts([value], entry)
      if (!isUuid(anchorId)) throw bad('The anchor of similarity should be a UUID', entry)
      const anchor = items.find((item) => item.mediaId === anchorId)
      return (item) => item.clusterId === anchor?.clusterId
    }
    default:
      throw bad(`Unknown filter: ${kind}`, entry)
  }
}

function issueFilter(body: Record<string, unknown>, entry: unknown): Filter {
  requireOp(body['op'], ['issue'], entry)
  requireOp(body['mode'] ?? 'in', ['in', 'out'], entry)
  const [type] = texts([body['value']], entry)
  const min = number(body['confidence_min'] ?? 0, entry)
  const max = number(body['confidence_max'] ?? 1, entry)
  const has: Filter = (item) =>
    item.issues.some((issue) => issue.type === type && issue.confidence >= min && issue.confidence <= max)
  return body['mode'] === 'out' ? (item) => !has(item) : has
}

function requireOp(op: unknown, allowed: string[], entry: unknown): void {
  if (typeof op !== 'string' || !allowed.includes(op)) throw bad(`Expected one of ${allowed.join(', ')}`, entry)
}

function texts(value: unknown, entry: unknown): string[] {
  if (Array.isArray(value) && value.every((word): word is string => typeof word === 'string')) return value
  throw bad('Expected text', entry)
}

function number(value: unknown, entry: unknown): number {
  if (typeof value === 'number') return value
  throw bad('Expected a number', entry)
}

function bad(msg: string, input: unknown) {
  return invalid(['query', 'vql'], msg, input)
}
