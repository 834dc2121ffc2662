import { Link } from '@remix-run/react'
import { Mono } from '#app/components/figures.tsx'
import { FirmName } from '#app/components/firm-name.tsx'
import { ledgerColumns } from '#app/components/ledger.tsx'
import { Section } from '#app/components/page.tsx'
import { LastHour } from '#app/components/sparkline.tsx'
import { RequestWord } from '#app/components/states.tsx'
import { Table } from '#app/components/table.tsx'
import { Instant } from '#app/components/time.tsx'
import { paths } from '#app/paths.ts'
import { requestKindNames } from '#domain/request/lifecycle.ts'
import type { SourcePage } from '#views/source/source-page.ts'

type Group = SourcePage['groups'][number]

const GroupLink = ({ id, name }: { id: string; name: string }) => (
  <Link to={paths.group(id)} className="link">
    <bdi>{name}</bdi>
  </Link>
)

/** The groups that are fed today, with what each got of the session in this trading week. */
export function GroupsFed({ groups, more, stale }: { groups: readonly Group[]; more: boolean; stale: boolean }) {
  return (
    <Section
      title="Feeds these groups"
      intro={more ? 'The fifty that it joined last. Received is always the sum of the columns after it.' : undefined}
    >
      <Table
        caption="Groups that this source session feeds"
        rows={groups}
        rowKey={(group) => group.groupId}
        empty="No group that you see copies from this source session."
        columns={[
          { key: 'group', head: 'Group', cell: (group) => <GroupLink id={group.groupId} name={group.groupName} /> },
          { key: 'owner', head: 'Owner', cell: (group) => <FirmName id={group.ownerId} name={group.ownerName} /> },
          {
            key: 'since',
            head: 'Since',
            tight: true,
            cell: (group) => <Instant at={group.from} precision="min" />,
          },
          ...ledgerColumns<Group>((group) => group.ledger, stale),
        ]}
      />
    </Section>
  )
}

/** The groups that the session once fed, and why it does no longer. */
export function GroupsLeft({ groups }: { groups: readonly Group[] }) {
  if (groups.length === 0) return null
  return (
    <Section title="Left these groups">
      <Table
        caption="Groups that this source session has left"
        rows={groups}
        rowKey={(group) => `${group.groupId}${group.from.getTime()}`}
        empty=""
        columns={[
          { key: 'group', head: 'Group', cell: (group) => <GroupLink id={group.groupId} name={group.groupName} /> },
          { key: 'owner', head: 'Owner', cell: (group) => <FirmName id={group.ownerId} name={group.ownerName} /> },
          { key: 'from', head: 'From', tight: true, cell: (group) => <Instant at={group.from} precision="min" /> },
          {
            key: 'until',
            head: 'Until',
            tight: true,
            cell: (group) => group.until && <Instant at={group.until} precision="min" />,
          },
          { key: 'why', head: 'Why', cell: (group) => group.why },
          {
            key: 'reason',
            head: 'Reason',
            wide: true,
            cell: (group) => group.reason,
            blank: (group) => group.reason === null,
          },
        ]}
      />
    </Section>
  )
}

/** The sessions on which the copies go out, for readers who see targets. */
export function TargetsCarrying({ targets }: { targets: SourcePage['targets'] }) {
  if (targets.length === 0) return null
  return (
    <Section title="Delivered on">
      <Table
        caption="Targets that carry this source session"
        rows={targets}
        rowKey={(target) => target.sessionId}
        empty=""
        columns={[
          {
            key: 'target',
            head: 'Target',
            cell: (target) => (
              <Link to={paths.target(target.sessionId)} className="link">
                <Mono>{target.sessionId}</Mono>
              </Link>
            ),
          },
          { key: 'group', head: 'Group', cell: (target) => <GroupLink id={target.groupId} name={target.groupName} /> },
          {
            key: 'state',
            head: 'State',
            cell: (target) => (target.state === 'paused' ? 'Paused' : target.state === 'closed' ? 'Closed' : 'Open'),
          },
          {
            key: 'last-hour',
            head: 'Delivered, last hour',
            cell: ({ lastHour }) => lastHour && <LastHour of={lastHour} quantity="delivered" />,
          },
        ]}
      />
    </Section>
  )
}

/** Who guarantees the session, and who did. */
export function Guarantors({ guarantors }: { guarantors: SourcePage['guarantors'] }) {
  return (
    <Section
      title="Guaranteed by"
      intro="Nothing is copied to a group without the consent of every clearing firm listed here."
    >
      <Table
        caption="Clearing firms that guarantee this source session"
        rows={guarantors}
        rowKey={(row) => `${row.firmId}${row.from?.getTime() ?? ''}`}
        empty="No clearing firm guarantees it, so nothing is copied from it."
        columns={[
          { key: 'firm', head: 'Clearing firm', cell: (row) => <FirmName id={row.firmId} name={row.firmName} /> },
          { key: 'from', head: 'Since', cell: (row) => row.from && <Instant at={row.from} precision="min" /> },
          {
            key: 'until',
            head: 'Until',
            cell: (row) => (row.until ? <Instant at={row.until} precision="min" /> : 'in force'),
          },
        ]}
      />
    </Section>
  )
}

/** The requests that named the session in any of their rounds, a page of them at a time. */
export function RequestsNaming({
  name,
  requests,
  olderThan,
  isFirst,
}: { name: string; isFirst: boolean } & Pick<SourcePage, 'requests' | 'olderThan'>) {
  return (
    <Section title="Requests that named it" id="requests">
      <Table
        caption="Requests that named this source session"
        rows={requests}
        rowKey={(request) => String(request.number)}
        empty={isFirst ? 'No request that you see has named it.' : 'There is no older request.'}
        columns={[
          {
            key: 'number',
            head: 'Request',
            cell: (request) => (
              <Link to={paths.request(request.number)} className="link">
                {request.number} · {requestKindNames[request.kind]}
              </Link>
            ),
          },
          {
            key: 'group',
            head: 'Group',
            cell: (request) =>
              request.groupId && request.groupName ? (
                <GroupLink id={request.groupId} name={request.groupName} />
              ) : (
                'not yet a group'
              ),
          },
          {
            key: 'owner',
            head: 'Owner',
            cell: (request) => <FirmName id={request.ownerId} name={request.ownerName} />,
          },
          {
            key: 'state',
            head: 'State',
            cell: (request) => <RequestWord state={request.state} word={request.stateWord} />,
          },
          { key: 'since', head: 'Since', number: true, cell: (request) => <Instant at={request.stateAt} show="day" /> },
        ]}
      />
      {(olderThan !== null || !isFirst) && (
        <p className="no-print mt-2 flex gap-4 text-table">
          {!isFirst && (
            <Link to={paths.source(name)} className="link" preventScrollReset>
              Newest
            </Link>
          )}
          {olderThan !== null && (
            <Link to={`?before=${olderThan}`} className="link" preventScrollReset>
              Older
            </Link>
          )}
        </p>
      )}
    </Section>
  )
}
