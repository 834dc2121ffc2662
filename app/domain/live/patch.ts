import { type Fields, isFields } from './shown.ts'

/** How one content became another. */
export type Patch =
  | { is: unknown }
  /** Of an object: the fields that differ, and the names of those that are gone. */
  | { fields: Record<string, Patch>; gone?: string[] }
  /**
   * Of a list: the rows that are new or differ, by the field that tells rows apart; and all rows' keys in their order,
   * where rows came, went or moved.
   */
  | { by: string; rows: Record<string, Patch>; order?: string[] }

/** @returns undefined where both are the same */
export function difference(before: unknown, after: unknown): Patch | undefined {
  if (before === after) return undefined
  if (before instanceof Date && after instanceof Date && before.getTime() === after.getTime()) return undefined
  if (Array.isArray(before) && Array.isArray(after)) return differenceOfLists(before, after)
  if (isFields(before) && isFields(after)) return differenceOfFields(before, after)
  return { is: after ?? null }
}

function differenceOfFields(before: Fields, after: Fields): Patch | undefined {
  const fields: Record<string, Patch> = {}
  for (const [key, value] of Object.entries(after)) {
    const patch = value === undefined ? undefined : difference(before[key], value)
    if (patch) fields[key] = patch
  }
  const gone = Object.keys(before).filter((key) => before[key] !== undefined && after[key] === undefined)
  if (Object.keys(fields).length + gone.length === 0) return undefined
  return { fields, ...(gone.length > 0 && { gone }) }
}

function differenceOfLists(before: readonly unknown[], after: readonly unknown[]): Patch | undefined {
  if (before.length === 0 && after.length === 0) return undefined
  const by = keyOf(before, after)
  if (by === undefined) return sameRows(before, after) ? undefined : { is: after }
  const known = byKey(before, by)
  const next = byKey(after, by)
  const rows: Record<string, Patch> = {}
  for (const [key, row] of next) {
    const patch = known.has(key) ? difference(known.get(key), row) : { is: row }
    if (patch) rows[key] = patch
  }
  const order = [...next.keys()]
  const isMoved = order.join('\n') !== [...known.keys()].join('\n')
  if (Object.keys(rows).length === 0 && !isMoved) return undefined
  return { by, rows, ...(isMoved && { order }) }
}

const sameRows = (before: readonly unknown[], after: readonly unknown[]) =>
  before.length === after.length && after.every((row, i) => difference(before[i], row) === undefined)

/** Names of fields that tell rows apart. */
const keys = ['id', 'number', 'sessionId', 'seq', 'name'] as const

/** The first of them that tells all rows of both lists apart. */
function keyOf(...lists: (readonly unknown[])[]): string | undefined {
  return keys.find((key) => lists.every((rows) => byKey(rows, key).size === rows.length))
}

function byKey(rows: readonly unknown[], by: string): Map<string, unknown> {
  const found = new Map<string, unknown>()
  for (const row of rows) {
    const key = isFields(row) ? row[by] : undefined
    if (typeof key === 'string' || typeof key === 'number') found.set(String(key), row)
  }
  return found
}

/** Apply a patch as it came. What it does not name stays the same object. @throws where it does not fit */
export function patched(before: unknown, patch: unknown): unknown {
  if (!isPatch(patch)) return misfit()
  if ('is' in patch) return patch.is
  if ('fields' in patch) {
    const after: Fields = isFields(before) ? { ...before } : misfit()
    for (const [key, one] of Object.entries(patch.fields)) after[key] = patched(after[key], one)
    for (const key of patch.gone ?? []) delete after[key]
    return after
  }
  const known = Array.isArray(before) ? byKey(before, patch.by) : misfit()
  const order = patch.order ?? [...known.keys()]
  return order.map((key) => {
    const one = patch.rows[key]
    if (one) return patched(known.get(key), one)
    return known.get(key) ?? misfit()
  })
}

const isPatch = (value: unknown): value is Patch =>
  isFields(value) && ('is' in value || isFields(value.fields) || (typeof value.by === 'string' && isFields(value.rows)))

function misfit(): never {
  throw new TypeError('the patch is of another content')
}
