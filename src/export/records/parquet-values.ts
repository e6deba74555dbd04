import { isUtf8 } from 'node:buffer'
import type { FileMetaData, SchemaElement, SchemaTree } from 'hyparquet'
import { isRecord } from '../../visual-layer/reply.ts'

/** Converts a value of a column to what it represents. */
export type Convert = (value: unknown) => unknown

/**
 * Prepares a file's columns to be read without loss, and returns how to convert their raw values. The library would give decimals
 * as numbers, which keep about 15 digits, and bytes as text, whatever they are.
 *
 * @param metadata changed: its decimals are read as raw numbers or bytes
 * @param columns of `metadata`, at the root
 * @returns for each column that needs it, by name
 */
export function conversions({ schema }: FileMetaData, columns: readonly SchemaTree[]): Map<string, Convert> {
  const decimals = new Map<SchemaElement, number>()
  for (const element of schema) {
    if (element.converted_type !== 'DECIMAL') continue
    decimals.set(element, element.scale ?? 0)
    delete element.converted_type
    delete element.logical_type
  }
  const found = columns.map((column) => [column.element.name, conversionOf(column, decimals)] as const)
  return new Map(found.flatMap(([name, convert]) => (convert ? [[name, convert]] : [])))
}

function conversionOf(node: SchemaTree, decimals: ReadonlyMap<SchemaElement, number>): Convert | undefined {
  const { element, children } = node
  if (children.length === 0) return leafConversion(element, decimals)
  const inner = new Map<string, Convert>()
  for (const child of children) {
    const convert = conversionOf(child, decimals)
    if (convert) inner.set(child.element.name, convert)
  }
  if (inner.size === 0) return undefined
  // The library leaves out the group in the middle of a list or a map.
  const [middle] = children
  const isList = element.converted_type === 'LIST' || element.logical_type?.type === 'LIST'
  const isMap = element.converted_type === 'MAP' || element.logical_type?.type === 'MAP'
  if (!middle || !(isList || isMap)) return (value) => convertMembers(value, inner)
  const [first, second] = middle.children
  const held = isMap ? second : (first ?? middle)
  const convert = held && middle.children.length < 3 ? conversionOf(held, decimals) : undefined
  if (!convert) return undefined
  return (value) => convertAll(value, convert)
}

function convertMembers(value: unknown, inner: ReadonlyMap<string, Convert>): unknown {
  if (Array.isArray(value)) return value.map((one) => convertMembers(one, inner))
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, inner.get(name)?.(one) ?? one]))
}

function convertAll(value: unknown, convert: Convert): unknown {
  if (Array.isArray(value)) return value.map(convert)
  return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, convert(one)])) : value
}

function leafConversion(element: SchemaElement, decimals: ReadonlyMap<SchemaElement, number>): Convert | undefined {
  const scale = decimals.get(element)
  const convert = scale === undefined ? bytesConversion(element) : (value: unknown) => decimalOf(value, scale)
  if (!convert) return undefined
  return (value) => (Array.isArray(value) ? value.map(convert) : convert(value))
}

/** Bytes that nobody marked as text: many writers leave the mark out. */
function bytesConversion({ type, converted_type, logical_type }: SchemaElement): Convert | undefined {
  if (type !== 'BYTE_ARRAY' || converted_type !== undefined || logical_type !== undefined) return undefined
  return (value) => (value instanceof Uint8Array ? textOf(value) : value)
}

/** Bytes as text if they are UTF-8, else as they are: different bytes never become the same. */
export function textOf(bytes: Uint8Array): string | Uint8Array {
  return isUtf8(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString() : bytes
}

/** A decimal with all its digits: as a number if that has them, else as text. */
function decimalOf(value: unknown, scale: number): unknown {
  const unscaled = unscaledOf(value)
  if (unscaled === undefined) return value
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0')
  const cut = digits.length - scale
  const fraction = digits.slice(cut).replace(/0+$/, '')
  const text = `${unscaled < 0n ? '-' : ''}${digits.slice(0, cut)}${fraction === '' ? '' : `.${fraction}`}`
  return String(Number(text)) === text ? Number(text) : text
}

function unscaledOf(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return BigInt(value)
  if (!(value instanceof Uint8Array)) return undefined
  return value.length === 0 ? 0n : BigInt.asIntN(value.length * 8, BigInt(`0x${Buffer.from(value).toString('hex')}`))
}
