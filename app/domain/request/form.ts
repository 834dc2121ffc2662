/** What a browser sends: a name once or several times. */
export type FormFields = Record<string, string | readonly string[]>

const segment = /^(?:[A-Za-z][A-Za-z0-9]{0,39}|[0-9]{1,4})$/

/**
 * Fields named `contacts.0.email` become `{ contacts: [{ email }] }`. Names that are no such path are left out, and so
 * is whatever lies deeper than four parts. Numbers give the order only: rows taken out of a form leave no holes.
 */
export function nest(fields: FormFields): Record<string, unknown> {
  const root: Node = new Map()
  for (const [name, value] of Object.entries(fields)) {
    const path = name.split('.')
    if (path.length > 4 || !path.every((part) => segment.test(part))) continue
    place(root, path, value)
  }
  return toObject(root)
}

type Node = Map<string, Node | string | readonly string[]>

function place(node: Node, path: readonly string[], value: string | readonly string[]): void {
  const [head, ...rest] = path
  if (head === undefined) return
  if (rest.length === 0) {
    node.set(head, value)
    return
  }
  const at = node.get(head)
  const below: Node = at instanceof Map ? at : new Map()
  node.set(head, below)
  place(below, rest, value)
}

function toObject(node: Node): Record<string, unknown> {
  return Object.fromEntries([...node].map(([key, value]) => [key, value instanceof Map ? toValue(value) : value]))
}

function toValue(node: Node): unknown {
  const keys = [...node.keys()]
  if (keys.length === 0 || !keys.every((key) => /^\d+$/.test(key))) return toObject(node)
  return keys
    .sort((a, b) => Number(a) - Number(b))
    .map((key) => {
      const value = node.get(key)
      return value instanceof Map ? toValue(value) : value
    })
}

/** A list typed into one field: separated by commas, semicolons, blanks or lines. */
export function words(value: unknown): unknown {
  if (value === undefined || value === null || value === '') return []
  const texts = Array.isArray(value) ? value : [value]
  return texts.flatMap((text: unknown) => (typeof text === 'string' ? text.split(/[\s,;]+/).filter(Boolean) : [text]))
}

/** A checkbox: absent or empty is no; a hidden field before it may say so. */
export function ticked(value: unknown): unknown {
  const last: unknown = Array.isArray(value) ? value.at(-1) : value
  if (typeof last === 'boolean') return last
  return last === 'on' || last === 'true' || last === 'yes'
}

export function rows(value: unknown): unknown {
  return value === undefined || value === '' ? [] : value
}
