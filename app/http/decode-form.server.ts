import { z } from 'zod'

/**
 * Turns what a browser sends into what a command's schema expects: a form knows only texts, lists of texts and rows.
 * The schema says what a field is, so that one schema serves forms, the command line and JSON. The schema also judges
 * the values; this function leaves values alone that it cannot convert.
 *
 * | the schema expects    | a form sends                                                                              |
 * |-----------------------|-------------------------------------------------------------------------------------------|
 * | boolean               | a checkbox: `on`, `true` or `yes`; nothing at all is no; of several the last counts       |
 * | number                | digits                                                                                    |
 * | list of texts         | one text, split at commas, semicolons, blanks and lines; or the field several times       |
 * | list of rows          | rows; none at all is an empty list                                                        |
 * | optional, or nullable | an empty text is undefined, or null                                                       |
 *
 * @param value what the form holds at this place, nested by the paths of its field names
 */
export function decodeForm(schema: z.core.$ZodType, value: unknown): unknown {
  if (schema instanceof z.ZodPipe) return decodeForm(schema.def.in, value)
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return value === undefined ? undefined : decodeForm(schema.def.innerType, value)
  if (schema instanceof z.ZodOptional) return isEmpty(value) ? undefined : decodeForm(schema.def.innerType, value)
  if (schema instanceof z.ZodNullable)
    return value === null || isEmpty(value) ? null : decodeForm(schema.def.innerType, value)
  if (schema instanceof z.ZodBoolean) return isTicked(value)
  if (schema instanceof z.ZodNumber)
    return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
  if (schema instanceof z.ZodArray) return listOf(schema.def.element, value)
  if (schema instanceof z.ZodObject) return fieldsOf(schema.def.shape, value)
  return value
}

/** A list typed into one field: separated by commas, semicolons, blanks or lines. */
export function words(value: unknown): unknown[] {
  const texts: unknown[] = isEmpty(value) || value === null ? [] : Array.isArray(value) ? value.flat() : [value]
  return texts.flatMap((text) => (typeof text === 'string' ? text.split(/[\s,;]+/).filter(Boolean) : [text]))
}

const isEmpty = (value: unknown) => value === undefined || value === ''

function isTicked(value: unknown): unknown {
  const last: unknown = Array.isArray(value) ? value.at(-1) : value
  if (typeof last === 'boolean') return last
  return last === 'on' || last === 'true' || last === 'yes'
}

function listOf(element: z.core.$ZodType, value: unknown): unknown {
  if (!(element instanceof z.ZodObject)) return words(value)
  if (isEmpty(value)) return []
  return Array.isArray(value) ? value.map((row) => decodeForm(element, row)) : value
}

function fieldsOf(shape: z.core.$ZodShape, value: unknown): unknown {
  const given = value ?? {}
  if (typeof given !== 'object' || Array.isArray(given)) return value
  const known = Object.entries(shape).map(([name, schema]) => [name, decodeForm(schema, Reflect.get(given, name))])
  return Object.fromEntries(known.filter(([, decoded]) => decoded !== undefined))
}
