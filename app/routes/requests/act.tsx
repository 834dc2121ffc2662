import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { inWords, plural } from '#app/components/format.ts'
import { useReread } from '#app/components/live.ts'
import { NotNow } from '#app/components/not-now.tsx'
import { PageHead } from '#app/components/page.tsx'
import { ReasonForm } from '#app/components/reason-form.tsx'
import { refusalOf } from '#app/components/refusal.ts'
import { readForm } from '#app/http/forms.server.ts'
import { notFound, refusal } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { redirectSaying } from '#app/http/said.server.ts'
import { paths, type RequestAct } from '#app/paths.ts'
import type { Permission } from '#domain/people/permissions.ts'
import { whyBarred } from '#domain/request/barred.ts'
import { withReasonInput } from '#domain/request/command-input.ts'
import { undoPublication } from '#services/publication/undo-publication.ts'
import { takeBackApproval } from '#services/request/take-back.ts'
import { withdrawRequest } from '#services/request/withdraw-request.ts'
import type { RequestView } from '#views/request/request-view.ts'
import { loadRequest } from './load-request.server.ts'
import { Parts } from './request-parts.tsx'

export const meta = () => [{ title: 'Request · Drop Copy Portal' }]

export { shouldRevalidate } from '#app/components/refusal.ts'

type Act = { permission: Permission; command: typeof withdrawRequest }

/** Acts on a request that need one person and a reason. */
const acts: Record<RequestAct, Act> = {
  'take-back': { permission: 'request:decide', command: takeBackApproval },
  withdraw: { permission: 'request:withdraw', command: withdrawRequest },
  undo: { permission: 'request:undo', command: undoPublication },
}

/** What the request’s page says afterwards. */
const doneWords: Record<RequestAct, string> = {
  'take-back': 'The approval is taken back.',
  withdraw: 'The request is withdrawn.',
  undo: 'The publication is undone.',
}

function actIn(name: string | undefined): RequestAct {
  const act = (Object.keys(acts) as RequestAct[]).find((known) => known === name) // exactly its keys
  if (!act) throw notFound()
  return act
}

export async function loader({ params, context }: LoaderFunctionArgs) {
  const act = actIn(params.act)
  const user = requireUser(context, acts[act].permission)
  const view = await loadRequest(context, user, params.number)
  const allowed = view.actions.find(({ action }) => action === act)
  return {
    view,
    act,
    may: allowed?.may ?? false,
    why: allowed?.why ?? whyBarred(act, view.state),
    commandId: context.deps.newId(),
  }
}

export async function action({ request, params, context }: ActionFunctionArgs) {
  const { permission, command } = acts[actIn(params.act)]
  const user = requireUser(context, permission)
  const input = await readForm(request, params, withReasonInput)
  if (!input.ok) return refusal(input.error)
  const done = await command(input.value, user, context.deps)
  if (!done.ok) return refusal(done.error, input.typed)
  return redirectSaying(context, paths.request(done.value.number), doneWords[actIn(params.act)])
}

const words: Record<
  RequestAct,
  { title: (n: number) => string; button: string; effect: (view: RequestView) => string }
> = {
  'take-back': {
    title: (n) => `Take back the approval of request ${n}`,
    button: 'Take approval back',
    effect: () =>
      'Your firm’s approval ends, and the request waits for it again. Nothing is published meanwhile. Approving later is a new decision.',
  },
  withdraw: {
    title: (n) => `Withdraw request ${n}`,
    button: 'Withdraw request',
    effect: (view) => {
      const met = view.parties.filter((party) => party.isMet && party.capacity !== 'exchange')
      const lost =
        met.length === 0
          ? 'Nobody has approved it yet.'
          : `${plural(met.length, 'approval')} (${inWords(met.map((party) => party.firmName))}) ${met.length === 1 ? 'comes' : 'come'} to nothing.`
      return `The request ends here. ${lost} You may copy it as a new request.`
    },
  },
  undo: {
    title: (n) => `Undo request ${n}`,
    button: 'Undo',
    effect: () =>
      'A new configuration version puts back what ran before. The consents given by this request end, and it becomes Failed. The firm that asked may copy it as a new request.',
  },
}

export default function RequestActPage() {
  const { view, act, may, why, commandId } = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  const back = { to: paths.request(view.number), label: `Request ${view.number}` }
  const { title, button, effect } = words[act]
  return (
    <>
      <PageHead title={title(view.number)} back={back}>
        {view.ownerName}, group {view.groupName}
      </PageHead>
      {may ? (
        <>
          <p className="mb-5 max-w-xl">{effect(view)}</p>
          {act === 'undo' && <Parts parts={view.parts} />}
          <ReasonForm
            commandId={commandId}
            refusal={refusalOf(answer)}
            act={button}
            danger
            hint={act === 'take-back' ? `${view.ownerName} and the exchange read it.` : 'Every party reads it.'}
            back={back.to}
          />
        </>
      ) : (
        <>
          <NotNow title="Not possible now" why={why} back={back} />
          <Follow number={view.number} />
        </>
      )}
    </>
  )
}

/** The page is read again when the request moves: an act that is not possible now may be possible in a minute. */
function Follow({ number }: { number: number }) {
  useReread(paths.requestEvents(number))
  return null
}
