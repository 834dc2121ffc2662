/** What a browser sends, already nested by path: strings, lists of them, rows. */
export type FormFields = Record<string, unknown>

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
