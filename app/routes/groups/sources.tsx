import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { Link, useLoaderData } from '@remix-run/react'
import { Count, Mono } from '#app/components/figures.tsx'
import { ledgerColumns } from '#app/components/ledger.tsx'
import { useLive } from '#app/components/live.ts'
import { Section } from '#app/components/page.tsx'
import { StateShape } from '#app/components/state-word.tsx'
import { Table } from '#app/components/table.tsx'
import { Age, Instant } from '#app/components/time.tsx'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { gatewayName } from '#app/routes/names.ts'
import { levelNames } from '#domain/group/states.ts'
import { listGroupSources } from '#views/group/group-sources.ts'
import type { GroupSource, LeftSource } from '#views/group/group-view.ts'
import { GroupFrame } from './group-frame.tsx'
import { loadGroup } from './load-group.server.ts'

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `${data?.group.name ?? 'Group'} · Drop Copy Portal` },
]

export async function loader({ params, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'group:read')
  return loadGroup(context, user, params.groupId, listGroupSources)
}

export default function GroupSourcesPage() {
  const data = useLoaderData<typeof loader>()
  const { group, shown, may } = useLive(paths.groupSourcesEvents(data.group.id), data)
  const { sources, left } = shown
  return (
    <GroupFrame group={group} may={may}>
      <Section title="Delivered from each source session" intro="Received is always the sum of the columns after it.">
        <Table
          caption="Source sessions of the group"
          rows={[...sources, ...left.map(asRow)]}
          rowKey={(source) => source.name}
          empty="No source session is in this group."
          columns={[
            { key: 'name', head: 'Source session', cell: (source) => <Mono>{source.name}</Mono> },
            {
              key: 'gateway',
              head: 'Gateway',
              cell: (source) => (source.gateway ? gatewayName(source.gateway) : '–'),
              blank: (source) => !source.gateway,
            },
            {
              key: 'target',
              head: 'Delivered on',
              cell: (source) =>
                source.gateway ? (
                  <OnTarget sessionId={source.sessionId} />
                ) : (
                  <span className="text-muted">left the group</span>
                ),
            },
            ...ledgerColumns<FigureRow>((source) => source.ledger, group.isStale),
            { key: 'heard', head: 'Last heard', number: true, cell: (source) => <Age at={source.lastReceivedAt} /> },
          ]}
        />
      </Section>
      <LeftSources left={left} />
      <Section
        title="Consents"
        intro="A source flows only while every firm that guarantees it consents to the group’s level."
      >
        <Table
          caption="Consents"
          rows={sources.flatMap((source) =>
            source.consents.map((consent) => ({ ...consent, name: source.name, flows: source.flows })),
          )}
          rowKey={(row) => `${row.name}${row.firmId}`}
          empty={
            group.otherSources === null
              ? 'No source session is in this group, so no consent is needed.'
              : 'None of the sessions that your firm guarantees is in this group, so your firm’s consent is not needed.'
          }
          columns={[
            { key: 'name', head: 'Source session', cell: (row) => <Mono>{row.name}</Mono> },
            { key: 'firm', head: 'Guaranteed by', cell: (row) => row.firmName },
            {
              key: 'level',
              head: 'Consents to',
              cell: (row) => <Consent upTo={row.upToLevel && levelNames[row.upToLevel]} />,
            },
            { key: 'by', head: 'Given by', cell: (row) => row.by ?? '–', blank: (row) => !row.by },
            {
              key: 'since',
              head: 'Since',
              tight: true,
              cell: (row) => (row.since ? <Instant at={row.since} precision="min" /> : '–'),
              blank: (row) => !row.since,
            },
          ]}
        />
      </Section>
    </GroupFrame>
  )
}

type FigureRow = Pick<GroupSource, 'name' | 'gateway' | 'sessionId' | 'ledger' | 'lastReceivedAt'>
const asRow = ({ name, ledger, lastReceivedAt }: LeftSource): FigureRow => ({
  name,
  gateway: '',
  sessionId: null,
  ledger,
  lastReceivedAt,
})

/** Whose consent ended, when, and the number from which nothing was copied. */
function LeftSources({ left }: { left: readonly LeftSource[] }) {
  if (left.length === 0) return null
  return (
    <Section title="Left the group" intro="What was copied of them this week stays in the figures above.">
      <Table
        caption="Source sessions that left the group"
        rows={left}
        rowKey={(source) => source.name}
        empty=""
        columns={[
          { key: 'name', head: 'Source session', cell: (source) => <Mono>{source.name}</Mono> },
          { key: 'why', head: 'Why', cell: (source) => source.why },
          {
            key: 'at',
            head: 'When',
            tight: true,
            cell: (source) => (source.at ? <Instant at={source.at} /> : '–'),
            blank: (source) => source.at === null,
          },
          {
            key: 'from',
            head: 'From its number',
            number: true,
            cell: (source) => <Count of={source.fromNumber} />,
            blank: (source) => source.fromNumber === null,
          },
          {
            key: 'reason',
            head: 'Reason',
            wide: true,
            cell: (source) => source.reason ?? '',
            blank: (source) => !source.reason,
          },
        ]}
      />
    </Section>
  )
}

function OnTarget({ sessionId }: { sessionId: string | null }) {
  if (sessionId === null) return <span className="text-muted">not placed</span>
  return (
    <Link to={paths.target(sessionId)} className="link">
      <Mono>{sessionId}</Mono>
    </Link>
  )
}

function Consent({ upTo }: { upTo: string | null }) {
  return (
    <span className="inline-flex items-baseline gap-1.5">
      <StateShape shape={upTo ? 'check' : 'square'} tone={upTo ? 'green' : 'red'} />
      {upTo ?? 'No consent: nothing flows'}
    </span>
  )
}
