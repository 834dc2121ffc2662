import { z } from 'zod'
import { levels, protocols } from '../group/states.ts'
import { plainEmail } from '../people/email.ts'
import { sourceNamePattern } from '../reference/source.ts'
import { ok, type Result, refuse } from '../result.ts'
import { line, text, visible, withoutUnseen } from '../text.ts'
import { clientAddresses, draftAddresses } from './addresses.ts'
import type { DraftDocument, RequestDocument } from './document.ts'
import type { RequestKind } from './lifecycle.ts'
import { limits, type StepId, steps } from './steps.ts'

const sourceForm = 'A session is named by its Session ID and Firm ID, three characters each: K7T882.'
const sourceWord = z
  .string()
  .trim()
  .toUpperCase()
  .max(12, sourceForm)
  .refine((word) => visible(word) === word, sourceForm)
const sourceList = z
  .array(sourceWord)
  .max(limits.sources, `At most ${limits.sources} sources.`)
  .transform(unique)
  .default([])
const draftContact = z.object({
  name: line(limits.line).default(''),
  title: line(limits.line).default(''),
  email: line(254).overwrite(plainEmail).default(''),
  phone: line(40).default(''),
  clearingCode: line(3).toUpperCase().default(''),
})
const draftContacts = z
  .array(draftContact)
  .max(limits.contacts, `At most ${limits.contacts} people.`)
  .transform((list) => list.filter((contact) => contact.name || contact.email || contact.phone))
  .default([])

const draftGroup = z.object({
  groupName: line(limits.name).default(''),
  purpose: text(limits.text).default(''),
  billingAccountId: z.union([z.literal(''), z.uuid('Choose one of the accounts listed.')]).default(''),
  feeAcknowledged: z.boolean().default(false),
})
const draftSources = z.object({
  sources: sourceList,
  level: z.enum([...levels, ''], 'Choose one of the three.').default(''),
  rejects: z.boolean().default(false),
  protocol: z.enum([...protocols, ''], 'Choose the protocol.').default(''),
})
const draftPeople = z.object({
  contacts: draftContacts,
  connection: z
    .object({
      line: z.enum(['existing', 'new', ''], 'Choose the line.').default(''),
      addresses: draftAddresses.default([]),
      notes: text(limits.text).default(''),
    })
    .prefault({}),
})
const draftNewGroup = z.object({ kind: z.literal('new-group') }).extend({
  ...draftGroup.shape,
  ...draftSources.shape,
  ...draftPeople.shape,
})

const draftChange = z.object({
  kind: z.literal('change'),
  reason: text(limits.reason).default(''),
  addSources: sourceList,
  removeSources: z
    .array(z.object({ source: sourceWord, revoked: z.boolean().default(false) }))
    .max(limits.sources)
    .transform((list) => list.filter((row) => row.source))
    .default([]),
  level: z.enum(levels).nullable().default(null),
  rejects: z.boolean().nullable().default(null),
  addresses: draftAddresses.nullable().default(null),
  addContacts: draftContacts,
})
const draftClose = z.object({ kind: z.literal('close'), reason: text(limits.reason).default('') })

/** A draft: any field may be empty, none may be too long. */
const draftDocument = z.discriminatedUnion('kind', [draftNewGroup, draftChange, draftClose])
/** A draft from the database. Drafts saved before unseen characters were refused are read without these characters. */
export const storedDraft = z.preprocess(withoutUnseen, draftDocument)

const required = (max: number, what: string) => line(max).min(1, what)
const contact = z.object({
  name: required(limits.line, 'The name of the person.'),
  title: line(limits.line),
  email: z.email('An e-mail address.').max(254),
  phone: required(40, 'A telephone number.').regex(/^\+?[0-9 ()./-]{5,40}$/, 'A telephone number, with country code.'),
  clearingCode: z.string().regex(/^[A-Z0-9]{3}$/, 'The Clearing Firm ID: 3 characters.'),
})
const source = z.string().regex(sourceNamePattern, sourceForm)
const contacts = z.array(contact).max(limits.contacts).superRefine(noTwice)

const newGroup = z.object({
  kind: z.literal('new-group'),
  groupName: required(limits.name, 'Name the group.').min(3, 'At least 3 characters.'),
  purpose: text(limits.text),
  billingAccountId: z.uuid('Choose the account to bill.'),
  feeAcknowledged: z.literal(true, 'The fee must be acknowledged.'),
  sources: z.array(source).min(1, 'At least one source session.').max(limits.sources),
  level: z.enum(levels, 'Choose which messages the group receives.'),
  rejects: z.boolean(),
  protocol: z.enum(protocols, 'Choose the protocol.'),
  contacts: contacts.min(1, 'At least one person who may administer the group.'),
  connection: z.object({
    line: z.enum(['existing', 'new'], 'Choose the line.'),
    addresses: clientAddresses,
    notes: text(limits.text),
  }),
})
const change = z
  .object({
    kind: z.literal('change'),
    reason: text(limits.reason).min(1, 'Say why.'),
    addSources: z.array(source).max(limits.sources),
    removeSources: z.array(z.object({ source, revoked: z.boolean() })).max(limits.sources),
    level: z.enum(levels).nullable(),
    rejects: z.boolean().nullable(),
    addresses: clientAddresses.nullable().default(null),
    addContacts: contacts,
  })
  .superRefine((document, context) => {
    const nothing =
      document.level === null &&
      document.rejects === null &&
      document.addresses === null &&
      document.addSources.length + document.removeSources.length + document.addContacts.length === 0
    if (nothing) context.addIssue({ code: 'custom', path: ['addSources'], message: 'Nothing is to change.' })
    const both = document.removeSources.findIndex((row) => document.addSources.includes(row.source))
    if (both >= 0)
      context.addIssue({ code: 'custom', path: ['removeSources', both], message: 'Both added and removed.' })
  })
const close = z.object({ kind: z.literal('close'), reason: text(limits.reason).min(1, 'Say why.') })

/** What may be submitted. */
const completeDocument = z.discriminatedUnion('kind', [newGroup, change, close])

/** `field` is the name of the form's field (`contacts.0.email`); `step` is the step that shows the field. */
export type FieldProblem = { step: StepId; field: string; message: string }
export type Incomplete = { code: 'incomplete'; problems: FieldProblem[] }

/** The fields that one step of a draft of this kind has; a change and a closing have only one step. */
export function stepFields(kind: RequestKind, step: StepId): z.ZodObject {
  if (kind === 'change') return draftChange.omit({ kind: true })
  if (kind === 'close') return draftClose.omit({ kind: true })
  return { group: draftGroup, sources: draftSources, people: draftPeople, review: z.object({}) }[step]
}

/** The draft so far: the fields of one step laid over what was saved before. */
export function readStep(
  saved: DraftDocument,
  step: StepId,
  fields: Record<string, unknown>,
): Result<DraftDocument, Incomplete> {
  const kept = saved.kind === 'new-group' ? without(saved, fieldsOf[step]) : { kind: saved.kind }
  const own = saved.kind === 'new-group' ? only(fields, fieldsOf[step]) : fields
  const given = { ...kept, ...own, kind: saved.kind }
  return answer(draftDocument.safeParse(given), given)
}

/** The draft as a document that can be submitted, or everything that is still missing, with its field. */
export function checkComplete(draft: DraftDocument): Result<RequestDocument, Incomplete> {
  return answer(completeDocument.safeParse(draft), draft)
}

const fieldsOf: Record<StepId, readonly string[]> = {
  group: Object.keys(draftGroup.shape),
  sources: Object.keys(draftSources.shape),
  people: Object.keys(draftPeople.shape),
  review: [],
}
const stepOf = (field: string): StepId =>
  steps.find(({ id }) => fieldsOf[id].includes(field.split('.')[0] ?? ''))?.id ?? 'group'

type Parsed<T> = { success: true; data: T } | { success: false; error: z.ZodError }

function answer<T>(parsed: Parsed<T>, given: unknown): Result<T, Incomplete> {
  if (parsed.success) return ok(parsed.data)
  const problems = new Map<string, Map<string, string[]>>()
  for (const { path, message } of parsed.error.issues) {
    const word = wordAt(given, path)
    const field = (word === undefined ? path : path.slice(0, -1)).map(String).join('.')
    const said = problems.get(field) ?? new Map<string, string[]>()
    problems.set(field, said)
    const wrong = said.get(message) ?? []
    if (said.size === 0 || word !== undefined) said.set(message, wrong)
    if (word !== undefined && wrong.length < 5) wrong.push(word)
  }
  return refuse({
    code: 'incomplete',
    problems: [...problems].map(([field, said]) => ({ step: stepOf(field), field, message: inOne(said) })),
  })
}

/** The problems of one field in one text. In a list, each message follows the words that it is about. */
const inOne = (said: ReadonlyMap<string, readonly string[]>): string =>
  [...said].map(([message, wrong]) => (wrong.length > 0 ? `${wrong.join(', ')}: ${message}` : message)).join(' ')

/**
 * The wrong word of a list that is typed into one field, for the message at that field; undefined for anything else.
 */
function wordAt(given: unknown, path: readonly PropertyKey[]): string | undefined {
  const index = path.at(-1)
  if (typeof index !== 'number') return undefined
  let at = given
  for (const key of path.slice(0, -1)) at = typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined
  const word: unknown = Array.isArray(at) ? at[index] : undefined
  return typeof word === 'string' ? word.slice(0, 50) : undefined
}

function unique(list: string[]): string[] {
  return [...new Set(list)].filter(Boolean)
}

function noTwice(list: { email: string; clearingCode: string }[], context: z.RefinementCtx): void {
  list.forEach((entry, index) => {
    const first = list.findIndex((other) => other.email === entry.email && other.clearingCode === entry.clearingCode)
    if (first < index)
      context.addIssue({ code: 'custom', path: [index, 'email'], message: 'This person is already listed above.' })
  })
}

const only = (all: Record<string, unknown>, keys: readonly string[]) =>
  Object.fromEntries(Object.entries(all).filter(([key]) => keys.includes(key)))
const without = (all: Record<string, unknown>, keys: readonly string[]) =>
  Object.fromEntries(Object.entries(all).filter(([key]) => !keys.includes(key)))

/** Why somebody returned, rejected, withdrew, paused or revoked: the sentence that such a command carries. */
export const reason = text(limits.reason).min(1, 'Say why.')
