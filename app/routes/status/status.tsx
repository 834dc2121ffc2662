import type { LoaderFunctionArgs } from '@remix-run/node'
import { Link, useLoaderData } from '@remix-run/react'
import { Count } from '#app/components/figures.tsx'
import { useHeard, useLive } from '#app/components/live.ts'
import { Counts, PageHead, Section } from '#app/components/page.tsx'
import { SandboxStrip } from '#app/components/sandbox-strip.tsx'
import { DeliveryShape } from '#app/components/states.tsx'
import { Age } from '#app/components/time.tsx'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { loadSandboxSteps } from '#app/routes/frame/sandbox.server.ts'
import { asStep } from '#app/routes/frame/sandbox-step.ts'
import { AgreedForYou } from '#app/routes/requests/agreed-for-you.tsx'
import { may } from '#domain/people/permissions.ts'
import { stoppedIn, unaccounted } from '#domain/status/state.ts'
import { listWithdrawn } from '#views/group/left-sources.ts'
import { listAgreedFor } from '#views/request/agreements.ts'
import { findStatus } from '#views/status/status.ts'
import { Alarm } from './alarm.tsx'
import { FeedTable, GroupTable, SourceTable, TargetTable } from './status-tables.tsx'
import { Withdrawn } from './withdrawn.tsx'

export const meta = () => [{ title: 'Status · Drop Copy Portal' }]

export async function loader({ context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'status:read')
  const now = context.deps.now()
  const { heardAt, ...status } = await context.read(user, (tx) => findStatus(tx, context.environment, now))
  return {
    status,
    heardAt,
    withdrawn: await context.read(user, (tx) => listWithdrawn(tx, context.environment, now)),
    agreed: await context.read(user, (tx) => listAgreedFor(tx, user.firmId, context.environment, now)),
    steps: await loadSandboxSteps(context),
    mayAsk: may(user, 'request:submit') && !user.isExchange,
  }
}

const tones = { good: 'text-green', attention: 'text-text', bad: 'text-red', unknown: 'text-muted' } as const

export default function Status() {
  const { status, heardAt, withdrawn, agreed, steps, mayAsk } = useLive(
    paths.statusEvents(),
    useLoaderData<typeof loader>(),
  )
  const { verdict, ledger, groups, targets, sources, feeds, isStale } = status
  return (
    <>
      <PageHead title="Status" state={<HeardAt at={heardAt} stale={isStale} />} />
      {steps && <SandboxStrip steps={steps.map(asStep)} />}
      <p className={`mb-4 max-w-4xl text-head font-semibold ${tones[verdict.tone]}`}>
        <span className="figure">{verdict.sentence}</span>
      </p>
      <Counts
        counts={[
          ...verdict.counts.map(({ word, count }) => ({
            label: word,
            value: (
              <span className="figure inline-flex items-center gap-1.5">
                <DeliveryShape word={word} /> {count}
              </span>
            ),
            to: '#groups',
          })),
          { label: 'Received this week', value: <Count of={ledger.received} stale={isStale} />, to: '#sources' },
          { label: 'Delivered', value: <Count of={ledger.delivered} stale={isStale} />, to: '#targets' },
          {
            label: 'Filtered as agreed',
            value: <Count of={ledger.filtered - stoppedIn(ledger)} stale={isStale} />,
            to: '#targets',
          },
          ...(stoppedIn(ledger) > 0
            ? [
                {
                  label: 'Filtered for want of a consent',
                  value: <Count of={stoppedIn(ledger)} stale={isStale} />,
                  to: '#groups',
                },
              ]
            : []),
          {
            label: 'Waiting or held',
            value: <Count of={ledger.waiting + ledger.held} stale={isStale} />,
            to: '#targets',
          },
          {
            label: 'Unaccounted',
            value: <Count of={unaccounted(ledger)} stale={isStale} />,
            to: '#targets',
            loud: unaccounted(ledger) !== 0,
          },
        ]}
      />
      <Withdrawn rows={withdrawn} />
      <AgreedForYou agreed={agreed} />
      {status.alarms.map((alarm) => (
        <Alarm
          key={`${alarm.kind} ${alarm.objectId} ${alarm.code}`}
          alarm={{ ...alarm, feed: alarm.kind === 'feed' ? alarm.objectId : undefined }}
        />
      ))}
      <Section title="Groups" id="groups">
        <GroupTable groups={groups} stale={isStale} empty={<NoGroup mayAsk={mayAsk} />} />
      </Section>
      {targets.length > 0 && (
        <Section title="Targets" id="targets">
          <TargetTable
            targets={targets}
            stale={isStale}
            withGroup
            empty="No target yet: a group gets its targets when it is approved."
          />
        </Section>
      )}
      <Section title="Sources" id="sources">
        <SourceTable sources={sources} stale={isStale} empty="No source session that you may see flows yet." />
      </Section>
      {feeds.length > 0 && (
        <Section title="Feeds" id="feeds">
          <FeedTable feeds={feeds} stale={isStale} />
        </Section>
      )}
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
