/**
 * What a live page shows, as text. The portal and the browser write the same text for the same content: keys are
 * sorted, what is undefined is left out, and an instant is `{"$at": milliseconds}`.
 * @throws for what this text cannot hold, such as a Map
 */
export function writeShown(value: unknown): string {
  if (value instanceof Date) return `{"${instant}":${JSON.stringify(value.getTime())}}`
  if (Array.isArray(value)) return `[${value.map((one) => writeShown(one ?? null)).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  if (!isFields(value)) throw new TypeError(`a live page cannot show a ${value.constructor.name}`)
  const fields = Object.keys(value).filter((key) => value[key] !== undefined)
  return `{${fields
    .sort()
    .map((key) => `${JSON.stringify(key)}:${writeShown(value[key])}`)
    .join()}}`
}

const instant = '$at'

/** What `writeShown` wrote. */
export function readShown(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown) =>
    isFields(value) && typeof value[instant] === 'number' ? new Date(value[instant]) : value,
  )
}

export type Fields = Record<string, unknown>

/** Whether something is a plain object: what has fields, and is no list, no instant and no instance of a class. */
export function isFields(value: unknown): value is Fields {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** Names a content: the portal and the browser compare marks to learn whether they have the same (cyrb53). */
export function markOf(value: unknown): string {
  const text = writeShown(value)
  let a = 0xdeadbeef
  let b = 0x41c6ce57
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = Math.imul(a ^ unit, 2654435761)
    b = Math.imul(b ^ unit, 1597334677)
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909)
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909)
  return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36)
}
