import { type ActionFunctionArgs, type LoaderFunctionArgs, redirect } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { useMemo } from 'react'
import { z } from 'zod'
import { inWords } from '#app/components/format.ts'
import { ButtonLink, Notice, PageHead } from '#app/components/page.tsx'
import { type Refusal, refusalOf } from '#app/components/refusal.ts'
import { Steps } from '#app/components/steps.tsx'
import { Age } from '#app/components/time.tsx'
import { useUnsaved } from '#app/components/typed.ts'
import { decodeForm, words } from '#app/http/decode-form.server.ts'
import { readFields, readForm } from '#app/http/forms.server.ts'
import { notFound, refusal } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { redirectSaying } from '#app/http/said.server.ts'
import { paths } from '#app/paths.ts'
import { loadDraft } from '#app/routes/requests/load-request.server.ts'
import { groupNameOf, nextStep, stepOfProblem, stepsOf } from '#app/routes/requests/request-steps.ts'
import { withdrawalModes } from '#domain/consent/covering.ts'
import { draftCommandInput, saveDraftInput } from '#domain/request/command-input.ts'
import { stepFields } from '#domain/request/input.ts'
import { type RequestKind, requestKinds } from '#domain/request/lifecycle.ts'
import { isStep, type StepId, steps } from '#domain/request/steps.ts'
import { saveDraft } from '#services/request/save-draft.ts'
import { submitRequest } from '#services/request/submit-request.ts'
import { ChangeStep, CloseStep } from './change.tsx'
import { GroupStep } from './group.tsx'
import { PeopleStep } from './people.tsx'
import { ReviewStep } from './review.tsx'
import { hasSources, isSourceList, SourcesStep, sourceLists, typedField } from './sources.tsx'

export const meta = () => [{ title: 'Request · Drop Copy Portal' }]

export { shouldRevalidate } from '#app/components/refusal.ts'

/** `kind`: the draft's kind, which decides the fields of the step. */
const stepForm = saveDraftInput.extend({ kind: z.enum(requestKinds) })

export async function loader({ request, params, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'request:draft')
  const draft = await loadDraft(context, user, params.number, 'save')
  const step = stepIn(draft.kind, params.step)
  const query = new URL(request.url).searchParams
  return {
    draft,
    step,
    /** which missing fields of this step are reported beside them: all, or those of the sessions alone */
    check: query.get('check'),
    /** adds an empty row for another person */
    more: query.has('more'),
    byExchange: user.isExchange,
    commandId: context.deps.newId(),
  }
}

export async function action({ request, params, context }: ActionFunctionArgs) {
  const user = requireUser(context, 'request:draft')
  const posted = request.clone()
  if (params.step === 'review') {
    const input = await readForm(request, params, draftCommandInput)
    if (!input.ok) return refusal(input.error)
    const submitted = await submitRequest(input.value, user, context.deps)
    if (!submitted.ok) return refusal(submitted.error)
    const { number } = submitted.value
    return redirectSaying(context, paths.request(number), `Request ${number} is submitted.`)
  }
  const input = await readForm(request, params, stepForm)
  if (!input.ok) return refusal(input.error)
  const { fields, typed } = await readFields(posted)
  const intent = String(fields.intent ?? 'next')
  const { kind, ...save } = input.value
  const written = decodedStep(kind, save.step, asWritten(fields, intent))
  const saved = await saveDraft({ ...save, fields: written }, user, context.deps)
  if (!saved.ok) return refusal(saved.error, typed)
  const draft = await loadDraft(context, user, params.number, 'save')
  const to = placeAfter(draft, input.value.step, intent)
  if (intent !== 'next' && intent !== 'leave') return redirect(to)
  return redirectSaying(context, to, `Request ${draft.number}: ${stepTitle(save.step).toLowerCase()} saved.`)
}

const stepTitle = (step: StepId): string => steps.find(({ id }) => id === step)?.title ?? ''

/** The step's fields under the document's names. Fields that the form does not hold are left out. */
const decodedStep = (kind: RequestKind, step: StepId, fields: Record<string, unknown>) => {
  const decoded = decodeForm(stepFields(kind, step), fields)
  return typeof decoded === 'object' && decoded !== null ? { ...decoded } : {}
}

/** The values of the form's controls, under the document's names. */
function asWritten(fields: Record<string, unknown>, intent: string): Record<string, unknown> {
  // the pressed button says where to go next; it does not belong to the document
  const { remove, intent: _, commandId: __, ...rest } = withAddresses(withTyped(withoutRow(fields, intent)))
  if (typeof remove !== 'object' || remove === null) return rest
  const chosen = Object.entries(remove).filter(([, mode]) => withdrawalModes.some((known) => known === mode))
  return { ...rest, removeSources: chosen.map(([source, mode]) => ({ source, revoked: mode === 'nothing-again' })) }
}

/** Sessions that are typed in full come from a field of their own; the others are ticked. */
function withTyped(fields: Record<string, unknown>): Record<string, unknown> {
  const lists = sourceLists.flatMap((name) => {
    const typed = fields[typedField[name]]
    return typed === undefined ? [] : [[name, [fields[name] ?? [], typed].flat()]]
  })
  return { ...fields, ...Object.fromEntries(lists) }
}

/** A list that is still as the page showed it is not a change. */
function withAddresses({ addressesNow, ...fields }: Record<string, unknown>): Record<string, unknown> {
  if (addressesNow === undefined) return fields
  const typed = words(fields.addresses)
  return { ...fields, addresses: JSON.stringify(typed) === JSON.stringify(words(addressesNow)) ? null : typed }
}

/** Each row of people has its own remove button, which says `remove.2`. */
function withoutRow(fields: Record<string, unknown>, intent: string): Record<string, unknown> {
  const row = /^remove\.(\w+)\.(\d+)$/.exec(intent)
  const list = row?.[1] === undefined ? undefined : fields[row[1]]
  if (!row?.[1] || !Array.isArray(list)) return fields
  return { ...fields, [row[1]]: list.filter((_, index) => index !== Number(row[2])) }
}

type Draft = Awaited<ReturnType<typeof loadDraft>>

/** Where to go after saving: the same step with what it lacks, the next step, or the list. */
function placeAfter(draft: Draft, step: StepId, intent: string): string {
  const here = paths.requestStep(draft.number, step)
  if (intent === 'leave') return paths.requests()
  if (intent === 'more') return `${here}?more`
  if (intent === 'stay') return `${here}?check=sessions`
  if (intent !== 'next') return here
  if (draft.problems.some((problem) => stepOfProblem(draft.kind, problem.step) === step)) return `${here}?check`
  return paths.requestStep(draft.number, nextStep(draft.kind, step))
}

function stepIn(kind: RequestKind, step: string | undefined): StepId {
  if (step === undefined || !isStep(step) || !stepsOf(kind).some(({ id }) => id === step)) throw notFound()
  return step
}

export default function RequestForm() {
  const { draft, step, check, more, byExchange, commandId } = useLoaderData<typeof loader>()
  const refused = refusalOf(useActionData())
  const all = stepsOf(draft.kind)
  // each new object takes the focus: a draft that is merely read again must not take it from a person who is typing
  const answered = useMemo(() => refused && besideTyped(refused), [refused])
  // biome-ignore lint/correctness/useExhaustiveDependencies: what a draft lacks changes when it is saved
  const lacking = useMemo(() => missingIn(draft, step, check), [draft.number, draft.version, step, check])
  const refusal = answered ?? lacking
  const unsaved = useUnsaved(all.map(({ id }) => paths.requestStep(draft.number, id)))
  const others = all.filter(({ id }) => id !== step && unsaved.includes(paths.requestStep(draft.number, id)))
  const form = { draft, commandId, refusal, more, byExchange }
  return (
    <>
      <PageHead
        kind={titles[draft.kind]}
        title={groupNameOf(draft) || 'not named yet'}
        identifier={`request ${draft.number}`}
        back={{ to: paths.requests(), label: 'Requests' }}
        actions={
          draft.discard.may && <ButtonLink to={paths.discardRequest(draft.number)}>Discard the draft</ButtonLink>
        }
      >
        Saved <Age at={draft.savedAt} ago /> by {draft.savedBy}.
      </PageHead>
      {draft.returned && (
        <Notice tone="amber" title={`Returned by ${draft.returned.by ?? 'the portal'}`}>
          {draft.returned.reason}
        </Notice>
      )}
      <Steps
        label="Steps"
        steps={all.map(({ id, title }) => ({
          to: paths.requestStep(draft.number, id),
          title,
          done: id !== 'review' && !draft.problems.some((problem) => stepOfProblem(draft.kind, problem.step) === id),
          current: id === step,
          unsaved: others.some((other) => other.id === id),
        }))}
      >
        <h2 className="mb-4">{all.find(({ id }) => id === step)?.title}</h2>
        {step === 'review' && others.length > 0 && (
          <Notice tone="amber" title="Typed and not saved">
            What you typed in {inWords(others.map(({ title }) => `“${title}”`))} is not part of what stands below. Open
            the step to save it.
          </Notice>
        )}
        <StepForm key={`${step} ${draft.version} ${more}`} step={step} form={form} />
      </Steps>
    </>
  )
}

/**
 * What the step lacks, beside its fields; `check` null: nobody asked yet. For sessions, only what was typed wrongly is
 * reported early.
 */
function missingIn(draft: Draft, step: StepId, check: string | null): Refusal | undefined {
  if (check === null) return undefined
  const own = draft.problems
    .filter((problem) => stepOfProblem(draft.kind, problem.step) === step)
    .filter(({ field }) => check !== 'sessions' || (isSourceList(field) && hasSources(draft.document, field)))
  if (own.length === 0) return undefined
  const fields = Object.fromEntries(own.map((problem) => [problem.field, problem.message]))
  return besideTyped({ code: 'incomplete', sentence: 'Saved. This step is not complete yet.', fields, typed: {} })
}

/** Errors of a list of sessions appear beside the field where the sessions are typed. */
function besideTyped(refusal: Refusal): Refusal {
  const fields = Object.entries(refusal.fields)
  return {
    ...refusal,
    fields: Object.fromEntries(fields.map(([name, text]) => [isSourceList(name) ? typedField[name] : name, text])),
  }
}

const titles: Record<RequestKind, string> = { 'new-group': 'New group', change: 'Change of', close: 'Close' }

/** What every step is given. */
export interface StepProps {
  draft: Draft
  commandId: string
  refusal: Refusal | undefined
  more: boolean
  /** a GAM enters the request for the owner and reads it here */
  byExchange: boolean
}

function StepForm({ step, form }: { step: StepId; form: StepProps }) {
  if (step === 'review') return <ReviewStep {...form} />
  const { document } = form.draft
  if (document.kind === 'close') return <CloseStep {...form} document={document} />
  if (document.kind === 'change') return <ChangeStep {...form} document={document} />
  if (step === 'group') return <GroupStep {...form} document={document} />
  if (step === 'sources') return <SourcesStep {...form} document={document} />
  return <PeopleStep {...form} document={document} />
}
