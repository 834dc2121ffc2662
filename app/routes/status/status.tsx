import type { LoaderFunctionArgs } from '@remix-run/node'
import { Link, useLoaderData, useLocation } from '@remix-run/react'
import { Count } from '#app/components/figures.tsx'
import { plural } from '#app/components/format.ts'
import { List } from '#app/components/list/list.tsx'
import { useHeard, useLive } from '#app/components/live.ts'
import { Counts, PageHead, Section } from '#app/components/page.tsx'
import { SandboxStrip } from '#app/components/sandbox-strip.tsx'
import { Age } from '#app/components/time.tsx'
import { hiddenColumns } from '#app/http/columns.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { loadSandboxSteps } from '#app/routes/frame/sandbox.server.ts'
import { asStep } from '#app/routes/frame/sandbox-step.ts'
import { AgreedForYou } from '#app/routes/requests/agreed-for-you.tsx'
import { pageSize, readAsked } from '#domain/list/ask.ts'
import { may } from '#domain/people/permissions.ts'
import { statusList } from '#domain/status/delivery-list.ts'
import { stoppedIn, unaccounted } from '#domain/status/state.ts'
import { listWithdrawn } from '#views/group/left-sources.ts'
import { listAgreedFor } from '#views/request/agreements.ts'
import { findStatus } from '#views/status/status.ts'
import { Alarm } from './alarm.tsx'
import { groupColumns } from './delivery-columns.tsx'
import { Withdrawn } from './withdrawn.tsx'
import { wordChips } from './word-chips.ts'

export const meta = () => [{ title: 'Status · Drop Copy Portal' }]

export async function loader({ request, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'status:read')
  const now = context.deps.now()
  const { environment } = context
  const asked = readAsked(new URL(request.url).searchParams, statusList)
  const { all, ...read } = await context.read(user, async (tx) => ({
    all: await findStatus(tx, user, environment, { asked, size: pageSize, now }),
    withdrawn: await listWithdrawn(tx, environment, now),
    agreed: user.isExchange ? [] : await listAgreedFor(tx, user.firmId, environment, now),
  }))
  const { heardAt, ...status } = all
  return {
    status,
    heardAt,
    ...read,
    steps: await loadSandboxSteps(context),
    hidden: hiddenColumns(request, user.userId, 'status'),
    mayAsk: may(user, 'request:submit') && !user.isExchange,
    seesSources: may(user, 'source:read'),
  }
}

const tones = { good: 'text-green', attention: 'text-text', bad: 'text-red', unknown: 'text-muted' } as const

export default function Status() {
  const { search } = useLocation()
  const { status, heardAt, withdrawn, agreed, steps, hidden, mayAsk, seesSources } = useLive(
    paths.statusEvents(search),
    useLoaderData<typeof loader>(),
  )
  const { verdict, ledger, groups, isStale } = status
  const figure = (label: string, of: number, to?: string) => {
    return { label, value: <Count of={of} stale={isStale} />, ...(to && { to }) }
  }
  const seldom = (label: string, of: number, to: string) => (of === 0 ? [] : [figure(label, of, to)])
  return (
    <>
      <PageHead title="Status" state={<HeardAt at={heardAt} stale={isStale} />} />
      {steps && <SandboxStrip steps={steps.map(asStep)} />}
      <p className={`mb-4 max-w-4xl text-head font-semibold ${tones[verdict.tone]}`}>
        <span className="figure">{verdict.sentence}</span>
      </p>
      <Counts
        counts={[
          figure('Received this week', ledger.received, seesSources ? paths.sessions() : undefined),
          figure('Delivered', ledger.delivered, paths.targets()),
          figure('Waiting or held', ledger.waiting + ledger.held, `${paths.targets()}?sort=waiting&dir=desc`),
          ...seldom('Filtered as agreed', ledger.filtered - stoppedIn(ledger), paths.targets()),
          ...seldom('Filtered for want of a consent', stoppedIn(ledger), paths.groups()),
          ...seldom('Expired', ledger.expired, paths.targets()),
          ...(unaccounted(ledger) === 0
            ? []
            : [{ ...figure('Unaccounted', unaccounted(ledger), `${paths.targets()}?state=needs-you`), loud: true }]),
        ]}
      />
      <Withdrawn rows={withdrawn} />
      <AgreedForYou agreed={agreed} />
      {status.alarms.map((alarm) => (
        <Alarm
          key={`${alarm.kind} ${alarm.objectId} ${alarm.code}`}
          alarm={{
            ...alarm,
            feed: alarm.kind === 'feed' ? alarm.objectId : undefined,
            target: alarm.kind === 'target' ? alarm.objectId : undefined,
          }}
        />
      ))}
      {status.moreAlarms > 0 && <p className="mb-6 text-muted">And {plural(status.moreAlarms, 'more alarm')}.</p>}
      <Section title="Groups" id="groups">
        <List
          name="status"
          caption="Groups"
          page={groups}
          hidden={hidden}
          rowKey={(group) => group.id}
          searchLabel="Group or owner"
          chips={[wordChips(verdict.counts, { word: 'live', label: 'Live' })]}
          empty={<NoGroup mayAsk={mayAsk} />}
          columns={groupColumns(isStale)}
        />
      </Section>
    </>
  )
}

function NoGroup({ mayAsk }: { mayAsk: boolean }) {
  if (!mayAsk) return <>No group is live yet.</>
  return (
    <>
      No group is live yet.{' '}
      <Link to={paths.newRequest()} className="link">
        Ask for a Drop Copy Group
      </Link>
    </>
  )
}

function HeardAt({ at, stale }: { at: Date | null; stale: boolean }) {
  const heard = useHeard(at)
  if (heard === null) return null // the sentence below says so
  return (
    <span className={`text-table text-muted ${stale ? 'stale rounded px-1' : ''}`}>
      reported <Age at={heard} ago />
    </span>
  )
}
