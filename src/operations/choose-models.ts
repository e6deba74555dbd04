import { isDeepStrictEqual } from 'node:util'
import { ActionError } from '../errors.ts'
import { quoted } from '../inputs/faults.ts'
import { nearest } from '../inputs/nearest.ts'
import { type Dataset, normalWord } from '../visual-layer/datasets.ts'
import {
  contextState,
  type EnrichmentContext,
  type EnrichmentModels,
  type Model,
  modelId,
} from '../visual-layer/enrichment.ts'
import { isRecord } from '../visual-layer/reply.ts'

/** The models as they were given: line by line, or the object of `enrichment_models`, which is passed on unchanged. */
export type ModelsWish =
  | { form: 'lines'; lines: readonly string[] }
  | { form: 'object'; models: Record<string, unknown> }

/** How many models a message lists. */
const MOST_LISTED = 40

/** A model that the step was asked to apply. */
interface WantedModel {
  /** As it is sent: the key and the value in `enrichment_models`. */
  type: string
  value: unknown
  model: Model
}

/**
 * Returns the models that an input names. Throws `invalid_input` that has every fault and lists what there is: a model that is not
 * listed or not active, a type that is not the model's, two models for one type, or a dependency that is neither wanted nor applied.
 */
export function chooseModels(
  wish: ModelsWish,
  offered: readonly Model[],
  context: EnrichmentContext,
  dataset: Dataset,
): EnrichmentModels {
  const found =
    wish.form === 'lines'
      ? wish.lines.map((line) => fromLine(line, offered))
      : Object.entries(wish.models).map(([type, value]) => fromEntry(type, value, offered))
  const faults = found.filter((one) => typeof one === 'string')
  const wanted = new Map<string, WantedModel>()
  for (const one of found) {
    if (typeof one === 'string') continue
    const type = normalWord(one.type)
    const other = wanted.get(type)
    if (other && (wish.form === 'object' || other.model.id !== one.model.id)) {
      faults.push(`${one.type} has two models, "${other.model.id}" and "${one.model.id}"; each type takes one`)
    }
    wanted.set(type, one)
  }
  const counts = ['applied', 'running'].includes(contextState(context.status))
  const present = new Set([...wanted.keys(), ...(counts ? Object.keys(context.models).map(normalWord) : [])])
  for (const { model } of wanted.values()) {
    if (!model.isActive) faults.push(`"${model.id}" cannot be applied yet (${model.status})`)
    const missing = model.dependencies.filter((type) => !present.has(normalWord(type)))
    if (missing.length > 0) faults.push(`"${model.id}" requires ${missing.join(', ')} first; add a model of that type`)
  }
  if (faults.length === 0) return Object.fromEntries([...wanted.values()].map(({ type, value }) => [type, value]))
  const heading = `The input models does not match dataset "${dataset.name}" (${dataset.id}).`
  throw new ActionError('invalid_input', [heading, ...faults.map((fault) => `- ${fault}.`)].join('\n'), {
    todo: `Fix models under "with:". Nothing was started. ${listed(offered)}`,
  })
}

/** A line is a model, or a type, a colon, and a model. A display name may contain a colon, too. */
function fromLine(line: string, offered: readonly Model[]): WantedModel | string {
  const [, type = '', rest = ''] = /^([^:]*):(.*)$/.exec(line) ?? []
  const whole = named(line, offered)
  if (whole.length > 0 || rest === '') return only(line, '', whole) ?? unlisted(line, line, offered)
  const model = rest.trim()
  return only(line, type.trim(), named(model, offered)) ?? unlisted(line, model, offered)
}

function fromEntry(type: string, value: unknown, offered: readonly Model[]): WantedModel | string {
  const id = modelId(value) ?? ''
  const exact = offered.filter((model) => model.id === id)
  const found = only(id, type, exact) ?? unlisted(id, id, offered)
  return typeof found === 'string' ? found : { ...found, type, value }
}

function named(text: string, offered: readonly Model[]): Model[] {
  const lower = text.toLowerCase()
  const ways = [
    (model: Model) => model.id === text,
    (model: Model) => model.name === text,
    (model: Model) => model.id.toLowerCase() === lower || model.name.toLowerCase() === lower,
  ]
  return ways.map((way) => offered.filter(way)).find((models) => models.length > 0) ?? []
}

/** What is wrong with a text in which `name` is that of no model. */
function unlisted(given: string, name: string, offered: readonly Model[]): string {
  const names = offered.flatMap((model) => [model.id, model.name])
  const meant = nearest(name, names)
  return `${quoted(given)} is not in the list of models${meant ? ` (did you mean ${quoted(meant)}?)` : ''}`
}

/** The one model that is meant, or what is wrong; `undefined` if none was found. @param type '' if none was given */
function only(given: string, type: string, found: readonly Model[]): WantedModel | string | undefined {
  if (found.length === 0) return undefined
  const fitting = found.filter((one) => type === '' || one.type === '' || normalWord(one.type) === normalWord(type))
  const [model] = fitting
  if (!model) return `${quoted(given)}: the type is ${found.map((one) => one.type).join(' or ')}, not ${quoted(type)}`
  if (fitting.length > 1) {
    return `${quoted(given)} is the name of several models: ${fitting.map(label).join(', ')}; use an ID after its type`
  }
  const known = model.type || type
  return known === ''
    ? `${quoted(given)} has no type in the list; write the type before it`
    : { type: known, value: model.id, model }
}

function label({ type, id, name, isActive, status }: Model): string {
  const notes = [...(name === '' || name === id ? [] : [name]), ...(isActive ? [] : [status])]
  return `${type}: ${id}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}`
}

function listed(offered: readonly Model[]): string {
  if (offered.length === 0) return 'Visual Layer lists no models for this dataset.'
  const more = offered.length - MOST_LISTED
  const labels = offered.slice(0, MOST_LISTED).map(label).join('; ')
  return `Visual Layer lists: ${labels}${more > 0 ? `; and ${more} more` : ''}.`
}

/** Models as a message shows them: `CAPTION_IMAGES: vl_image_captioner_v00`. */
export function modelWords(models: EnrichmentModels): string {
  return Object.entries(models)
    .map(([type, value]) => `${type}: ${modelId(value)}`)
    .join(', ')
}

/**
 * Returns the models that are not applied yet. What a context says counts only if its own work is over: the map of one that failed or
 * still runs has models that were not applied. The same model with other metadata is left, too.
 */
export function notApplied(wanted: EnrichmentModels, context: EnrichmentContext): EnrichmentModels {
  return Object.fromEntries(Object.entries(wanted).filter(([type, value]) => !isApplied(type, value, context)))
}

function isApplied(type: string, value: unknown, { status, models }: EnrichmentContext): boolean {
  if (contextState(status) !== 'applied') return false
  const found = ofType(type, models)
  if (modelId(found) !== modelId(value)) return false
  const metadata = isRecord(value) ? value['metadata'] : undefined
  return metadata === undefined || (isRecord(found) && isDeepStrictEqual(found['metadata'], metadata))
}

/** Whether a copy has other models than those of a request, as far as its context shows. */
export function excludes(context: EnrichmentContext | undefined, wanted: EnrichmentModels): boolean {
  const models = context?.models ?? {}
  const isOther = ([type, value]: [string, unknown]) => {
    const found = ofType(type, models)
    return found === undefined || (modelId(found) ?? modelId(value)) !== modelId(value)
  }
  return Object.keys(models).length > 0 && Object.entries(wanted).some(isOther)
}

function ofType(type: string, models: EnrichmentModels): unknown {
  return Object.entries(models).find(([other]) => normalWord(other) === normalWord(type))?.[1]
}
