import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { Link, useActionData, useLoaderData } from '@remix-run/react'
import { TextArea } from '#app/components/fields.tsx'
import { CommandForm, FormActions, Submit } from '#app/components/form.tsx'
import { NotNow } from '#app/components/not-now.tsx'
import { ButtonLink, PageHead, Section } from '#app/components/page.tsx'
import { refusalOf } from '#app/components/refusal.ts'
import { Signature } from '#app/components/signature.tsx'
import type { RequestContext } from '#app/http/context.ts'
import { readForm } from '#app/http/forms.server.ts'
import { notFound, refusal } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { redirectSaying } from '#app/http/said.server.ts'
import { paths } from '#app/paths.ts'
import { may } from '#domain/people/permissions.ts'
import { whyBarred } from '#domain/request/barred.ts'
import { decideInput } from '#domain/request/command-input.ts'
import { actionOf } from '#domain/request/decide.ts'
import { type Capacity, type DecisionVerdict, verdicts } from '#domain/request/lifecycle.ts'
import { decideRequest } from '#services/request/decide-request.ts'
import type { RequestView } from '#views/request/request-view.ts'
import { loadRequest } from './load-request.server.ts'
import { SliceView } from './request-sheet.tsx'

export const meta = () => [{ title: 'Decide · Drop Copy Portal' }]

export { shouldRevalidate } from '#app/components/refusal.ts'

/** Requires a right to decide for a firm, a payer, or the exchange; the rules say which of them this request asks. */
const requireDecider = (context: RequestContext) =>
  context.user && may(context.user, 'request:decide-as-exchange')
    ? requireUser(context, 'request:decide-as-exchange')
    : requireUser(context, 'request:decide')

export async function loader({ params, context }: LoaderFunctionArgs) {
  const user = requireDecider(context)
  const verdict = verdicts.find((word) => word === params.verdict)
  if (!verdict) throw notFound()
  const view = await loadRequest(context, user, params.number)
  const wanted = actionOf(user.isExchange ? 'exchange' : 'guarantor', verdict)
  const allowed = view.actions.find(({ action }) => action === wanted)
  return {
    view,
    /** null: the person is not asked, or no longer asked */
    mine: allowed?.may ? view.mine : null,
    verdict,
    why: allowed?.why ?? whyBarred(wanted, view.state),
    commandId: context.deps.newId(),
  }
}

export async function action({ request, params, context }: ActionFunctionArgs) {
  const user = requireDecider(context)
  const input = await readForm(request, params, decideInput)
  if (!input.ok) return refusal(input.error)
  const decided = await decideRequest(input.value, user, context.deps)
  if (!decided.ok) return refusal(decided.error, input.typed)
  return redirectSaying(context, paths.request(decided.value.number), doneWords[input.value.verdict])
}

/** What the request’s page says afterwards. */
const doneWords: Record<DecisionVerdict, string> = {
  approve: 'You approved the request.',
  return: 'You returned the request.',
  reject: 'You rejected the request.',
}

const titles: Record<DecisionVerdict, string> = { approve: 'Approve', return: 'Return', reject: 'Reject' }

export default function Decide() {
  const { view, mine, verdict, why, commandId } = useLoaderData<typeof loader>()
  const back = { to: paths.request(view.number), label: `Request ${view.number}` }
  return (
    <>
      <PageHead title={`${titles[verdict]} request ${view.number}`} back={back}>
        {view.ownerName}, group {view.groupName}.{' '}
        <Link to={back.to} className="link">
          Read the whole request
        </Link>
      </PageHead>
      {mine ? (
        <Asked view={view} mine={mine} verdict={verdict} commandId={commandId} />
      ) : (
        <NotNow title="You cannot decide this now" why={why} back={back} />
      )}
    </>
  )
}

type AskedProps = {
  view: RequestView
  mine: NonNullable<RequestView['mine']>
  verdict: DecisionVerdict
  commandId: string
}

/** What is decided on: exactly what the digest covers. The whole request is on its own page. */
function Asked({ view, mine, verdict, commandId }: AskedProps) {
  const refused = refusalOf(useActionData())
  const firms = view.parties.flatMap((party) => party.slice?.firm ?? [])
  const slice = (
    <Section title={verdict === 'approve' ? 'What you sign' : 'What is decided on'}>
      <SliceView slice={mine.slice} firms={firms} />
    </Section>
  )
  const fields = (
    <>
      <input type="hidden" name="round" value={mine.round} />
      <input type="hidden" name="capacity" value={mine.capacity} />
      <input type="hidden" name="digest" value={mine.digest} />
    </>
  )
  const actions = (
    <>
      <Submit kind={verdict === 'reject' ? 'danger' : 'primary'}>
        {verdict === 'approve' ? 'Sign and approve' : titles[verdict]}
      </Submit>
      <ButtonLink to={paths.request(view.number)}>Cancel</ButtonLink>
    </>
  )
  if (verdict === 'approve')
    return (
      <Signature
        title="Your signature"
        sentences={[mine.sentence]}
        effect={effectOf(view, mine.capacity)}
        commandId={commandId}
        refusal={refused}
        fields={fields}
        actions={actions}
      >
        {slice}
      </Signature>
    )
  return (
    <>
      <p className="mb-5 max-w-xl">{effects[verdict]}</p>
      <CommandForm commandId={commandId} refusal={refused}>
        {fields}
        <TextArea
          name="reason"
          label="Reason"
          hint="The firm that asked and the exchange read it."
          required
          maxLength={1000}
        />
        <FormActions>{actions}</FormActions>
      </CommandForm>
      <div className="mt-8">{slice}</div>
    </>
  )
}

const effects: Record<Exclude<DecisionVerdict, 'approve'>, string> = {
  return:
    'The request goes back to the firm that asked, with your reason. The firm may correct the request and submit it again. No copy flows meanwhile.',
  reject: 'The request ends here, and no copy flows. The firm that asked may copy it as a new request.',
}

/** What an approval does, and what it does not do yet. */
function effectOf(view: RequestView, capacity: Capacity): string {
  if (capacity === 'exchange')
    return 'The configuration is published at once, and the connector applies it within seconds. The fee begins when all of it runs.'
  const waiting = view.parties.filter((party) => !party.isMet && party.capacity !== 'exchange').length
  const others = waiting > 1 || !view.seesAll ? 'the other parties and the exchange have' : 'the exchange has'
  return `Nothing flows before ${others} approved too. You may take your approval back until the request is published.`
}
