/** Injected, since the rules read nothing from outside: hex SHA-256 of the text's UTF-8 bytes. */
export type Sha256 = (text: string) => string

/**
 * JSON with sorted keys and no blanks: the same value always gives the same text, even after it was stored in the
 * database. Undefined members are left out, an instant is its ISO 8601 text.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`
  if (value instanceof Date) return JSON.stringify(value)
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`)
    return `{${members.join(',')}}`
  }
  return JSON.stringify(value) ?? 'null'
}

export const digestOf = (value: unknown, sha256: Sha256): string => sha256(canonicalJson(value))
