import type { z } from 'zod'
import { ok, type Result, refuse } from '#domain/result.ts'
import { decodeForm } from './decode-form.server.ts'
import { inWords } from './refusals.server.ts'

/** Field errors by path (`contacts.0.email`), and what the user typed, so that the page loses nothing. */
export interface InvalidForm {
  code: 'invalid-form'
  fields: Record<string, string>
  typed: Typed
}

/** What was typed, by field name; a name sent several times has several values. Secrets are left out. */
export type Typed = Record<string, string[]>

/** More than any page of ours sends: a draft with a thousand sources, one field each. */
export const maxFields = 2500

const secret = /password|secret|^(current|next|again|token)$/i

/**
 * Read a posted form through a zod schema. Field names are paths: `name`, `sources[]` (always a list),
 * `contacts.0.email`; a name sent twice is a list too. Route params are merged under their names and win over fields.
 * @returns the schema's value or `invalid-form`, and in both cases what was typed
 */
export async function readForm<S extends z.ZodType>(
  request: Request,
  params: Record<string, string | undefined>,
  schema: S,
): Promise<Result<z.output<S>, InvalidForm> & { typed: Typed }> {
  return parsed(await formOf(request), params, schema)
}

/** The same for a form with a file beside its fields; `intent` is the value of the pressed button. */
export async function readUpload<S extends z.ZodType>(
  request: Request,
  params: Record<string, string | undefined>,
  schema: S,
  field: string,
) {
  const form = await formOf(request)
  const sent = form.get(field)
  const file = sent instanceof File ? { name: sent.name, content: new Uint8Array(await sent.arrayBuffer()) } : undefined
  return { input: parsed(form, params, schema), file, intent: String(form.get('intent')) }
}

function parsed<S extends z.ZodType>(
  form: FormData,
  params: Record<string, string | undefined>,
  schema: S,
): Result<z.output<S>, InvalidForm> & { typed: Typed } {
  const typed = typedIn(form)
  const broken = unstorable(form)
  if (broken) return { ...refuse({ code: 'invalid-form', fields: broken, typed } as const), typed }
  const read = schema.safeParse(decodeForm(schema, { ...nested(form), ...params }))
  if (read.success) return { ...ok(read.data), typed }
  return { ...refuse({ code: 'invalid-form', fields: fieldErrors(read.error), typed } as const), typed }
}

/** The fields of a form, nested by path, where a service reads them through a schema of its own. */
export async function readFields(request: Request): Promise<{ fields: Record<string, unknown>; typed: Typed }> {
  const form = await formOf(request)
  return { fields: nested(form), typed: typedIn(form) }
}

/** @throws Response 422 for a body that is not a form of ours: no page sends one */
async function formOf(request: Request): Promise<FormData> {
  const type = request.headers.get('Content-Type') ?? ''
  if (!/^(application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(type)) throw unreadable()
  const form = await request.formData().catch(() => {
    throw unreadable()
  })
  if ([...form.keys()].length > maxFields) throw unreadable()
  return form
}

const unreadable = () =>
  inWords('What was sent is not a form of this portal. Nothing was changed.', {
    status: 422,
    statusText: 'Unprocessable Content',
  })

/** The fields that hold NUL, which no database text can; undefined when none does. */
function unstorable(form: FormData): Record<string, string> | undefined {
  const names = [...form].filter(([, value]) => typeof value === 'string' && value.includes('\0')).map(([name]) => name)
  if (names.length === 0) return undefined
  const sentence = 'This holds a character that cannot be kept. Type it again.'
  return Object.fromEntries(names.map((name) => [pathOf(name), sentence]))
}

/** `sources[]` is the list `sources`. */
const pathOf = (name: string) => name.replace(/\[\]$/, '')

/** First error of each field; a whole-form error stands under ''. */
function fieldErrors(error: z.ZodError): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const issue of error.issues) fields[issue.path.map(String).join('.')] ??= sentenceFor(issue)
  return fields
}

/** The schema's message, unless it is zod's own message for a field that is missing or was sent twice. */
const sentenceFor = ({ code, message }: z.core.$ZodIssue) => {
  if (code !== 'invalid_type' || !message.startsWith('Invalid input')) return message
  return message.endsWith('undefined') ? 'This is missing.' : 'One value is expected here.'
}

function typedIn(form: FormData): Typed {
  const typed: Typed = {}
  for (const [name, value] of form)
    if (typeof value === 'string' && !secret.test(name) && name !== 'commandId' && !hostile(name))
      typed[name] = [...(typed[name] ?? []), value.replaceAll('\0', '')]
  return typed
}

type Node = { [key: string]: Node | unknown }

/** `a.0.b` becomes `{ a: [{ b }] }`. Names that reach into objects' own machinery, deep ones and files are ignored. */
function nested(form: FormData): Record<string, unknown> {
  const top: Node = Object.create(null)
  for (const name of new Set(form.keys())) {
    const values = form.getAll(name).filter((value) => typeof value === 'string')
    if (hostile(name) || values.length === 0) continue
    const path = pathOf(name).split('.')
    const last = path.pop() ?? ''
    let at = top
    for (const part of path) {
      if (!isNode(at[part])) at[part] = Object.create(null)
      at = at[part] as Node // made so by the line above
    }
    at[last] = name.endsWith('[]') || values.length > 1 ? values : values[0]
  }
  return listed(top) as Record<string, unknown> // the top level has names, not numbers: pages send no field called "0"
}

const hostile = (name: string) =>
  name.length > 100 ||
  name.includes('\0') ||
  name.split('.').length > 5 ||
  /(^|\.)(__proto__|constructor|prototype)(\.|$)/.test(name)

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Objects whose keys are all numbers become lists in that order; a gap left by a removed row closes. */
function listed(node: Node): unknown {
  const entries = Object.entries(node).map(([key, value]) => [key, isNode(value) ? listed(value) : value] as const)
  if (entries.length > 0 && entries.every(([key]) => /^\d{1,4}$/.test(key)))
    return entries.sort(([a], [b]) => Number(a) - Number(b)).map(([, value]) => value)
  return Object.fromEntries(entries)
}
