import type { LoaderFunctionArgs } from '@remix-run/node'
import { Link } from '@remix-run/react'
import { Mono } from '#app/components/figures.tsx'
import { ledgerColumns } from '#app/components/ledger.tsx'
import { Section } from '#app/components/page.tsx'
import { StateShape } from '#app/components/state-word.tsx'
import { Table } from '#app/components/table.tsx'
import { Age, Instant } from '#app/components/time.tsx'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import type { GroupSource } from '#db/queries/group-view.ts'
import { levelNames } from '#domain/group/states.ts'
import { useGroup } from './group.tsx'
import { gatewayName } from './names.ts'

export function loader({ context }: LoaderFunctionArgs) {
  requireUser(context, 'group:read')
  return null
}

export default function GroupSources() {
  const { group } = useGroup()
  return (
    <>
      <Section title="Delivered from each source" intro="Received is always the sum of the columns after it.">
        <Table
          caption="Sources of the group"
          rows={group.sources}
          rowKey={(source) => source.name}
          empty="No source session is in this group."
          columns={[
            { key: 'name', head: 'Source', cell: (source) => <Mono>{source.name}</Mono> },
            { key: 'gateway', head: 'Gateway', cell: (source) => gatewayName(source.gateway) },
            { key: 'target', head: 'Delivered on', cell: (source) => <OnTarget sessionId={source.sessionId} /> },
            ...ledgerColumns<GroupSource>((source) => source.ledger, group.isStale),
            { key: 'heard', head: 'Last heard', number: true, cell: (source) => <Age at={source.lastReceivedAt} /> },
          ]}
        />
      </Section>
      <Section
        title="Consents"
        intro="A source flows only while every firm that guarantees it consents to the group’s level."
      >
        <Table
          caption="Consents"
          rows={group.sources.flatMap((source) =>
            source.consents.map((consent) => ({ ...consent, name: source.name, flows: source.flows })),
          )}
          rowKey={(row) => `${row.name}${row.firmId}`}
          empty="No consent is needed yet."
          columns={[
            { key: 'name', head: 'Source', cell: (row) => <Mono>{row.name}</Mono> },
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
    </>
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
