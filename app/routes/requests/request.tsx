import { type LoaderFunctionArgs, type MetaFunction, redirect } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { Fold } from '#app/components/fold.tsx'
import { inWords } from '#app/components/format.ts'
import { useLive, useRereadOn } from '#app/components/live.ts'
import { ButtonLink, Notice, PageHead, Section } from '#app/components/page.tsx'
import { RequestWord } from '#app/components/states.tsx'
import { Instant } from '#app/components/time.tsx'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { requestKindNames } from '#domain/request/lifecycle.ts'
import type { RequestView } from '#views/request/request-view.ts'
import { Agreements } from './agreements.tsx'
import { loadRequest } from './load-request.server.ts'
import { RequestActions } from './request-actions.tsx'
import { AboutRequest, Decisions, Parts } from './request-parts.tsx'
import { Parties, ProgressLine } from './request-progress.tsx'
import { SheetView, SliceView } from './request-sheet.tsx'
import { firstStep } from './request-steps.ts'

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `Request ${data?.view.number ?? ''} · Drop Copy Portal` },
]

export async function loader({ params, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'request:read')
  const view = await loadRequest(context, user, params.number)
  if (view.state === 'draft') throw redirect(paths.requestStep(view.number, firstStep(view.kind)))
  return { view }
}

export default function Request() {
  const data = useLoaderData<typeof loader>()
  const { view } = useLive(paths.requestEvents(data.view.number), data)
  useRereadOn(view.actions) // what waits for the person is counted in the frame
  return (
    <>
      <PageHead
        kind={requestKindNames[view.kind]}
        title={view.groupName}
        identifier={`request ${view.number}`}
        state={<RequestWord state={view.state} word={view.stateWord} />}
        back={{ to: paths.requests(), label: 'Requests' }}
        actions={
          <>
            {view.state === 'applied' && view.groupId && view.sheet && (
              <ButtonLink to={paths.groupTargets(view.groupId)} kind="primary">
                To the targets
              </ButtonLink>
            )}
            <RequestActions view={view} />
          </>
        }
      >
        {view.ownerName}
        {view.submittedBy && view.submittedAt && (
          <>
            , submitted by {view.submittedBy}, <Instant at={view.submittedAt} precision="min" />
            {view.round > 1 && `, round ${view.round}`}
          </>
        )}
        .
      </PageHead>
      <ProgressLine steps={view.progress} parties={view.parties} />
      {view.reasonIsTold && (
        <Notice
          tone={view.state === 'returned' ? 'amber' : 'plain'}
          title={`${view.stateWord} by ${view.stateBy ?? 'the portal'}`}
        >
          {view.stateReason ?? `The reason was given to ${view.ownerName} and the exchange.`}
        </Notice>
      )}
      {view.state === 'applying' && view.seesAll && <Parts parts={view.parts} />}
      {view.sheet ? <SheetView view={{ ...view, sheet: view.sheet }} /> : <Concerns view={view} />}
      <Agreements agreed={view.agreed} />
      <Decisions decisions={view.decisions} />
      {view.parties.length > 0 && (
        <div className="no-print">
          <Section title="Parties">
            <Fold
              title={view.seesAll ? 'Who is asked for what' : 'What your firm is asked for'}
              summary={view.seesAll ? inWords(view.parties.map((party) => party.firmName)) : undefined}
            >
              <Parties parties={view.parties} />
            </Fold>
          </Section>
        </div>
      )}
      <AboutRequest view={view} />
    </>
  )
}

/** A party sees its slice until it has agreed, and after that what it agreed to. */
function Concerns({ view }: { view: RequestView }) {
  const slice = view.mine?.slice ?? (view.agreed.length === 0 ? view.parties[0]?.slice : undefined)
  if (slice)
    return (
      <Section title="What concerns your firm">
        <SliceView slice={slice} />
      </Section>
    )
  return view.parties.length > 0 ? null : (
    <p className="mb-8 text-muted">Round {view.round} of this request asks nothing of your firm.</p>
  )
}
