import { Link } from '@remix-run/react'
import type { ReactNode } from 'react'
import { FirmName } from '#app/components/firm-name.tsx'
import { ButtonLink, Section } from '#app/components/page.tsx'
import { SourceName } from '#app/components/source-name.tsx'
import { State } from '#app/components/state-word.tsx'
import { RequestWord } from '#app/components/states.tsx'
import { Table } from '#app/components/table.tsx'
import { Instant } from '#app/components/time.tsx'
import { paths } from '#app/paths.ts'
import { gatewayName } from '#app/routes/names.ts'
import { writeCount } from '#domain/figures.ts'
import { roleNames } from '#domain/people/roles.ts'
import { requestKindNames } from '#domain/request/lifecycle.ts'
import type { FirmInside, FirmPage } from '#views/firm/firm-page.ts'

/** Leads to the whole list, where the page shows only its beginning. `to` null: there is no such list. */
function all({ rows, total }: { rows: readonly unknown[]; total: number }, to: string | null): ReactNode {
  if (total <= rows.length) return null
  if (to === null) return <span className="text-muted">{`The newest ${rows.length} of ${writeCount(total)}`}</span>
  return (
    <Link to={to} className="link">
      All {writeCount(total)}
    </Link>
  )
}

export function Groups({ firm, groups }: { firm: Pick<FirmPage, 'id'>; groups: FirmInside['groups'] }) {
  if (groups.total === 0) return null
  return (
    <Section title="Groups that it owns" id="groups" actions={all(groups, paths.groupsOf(firm.id))}>
      <Table
        caption="Groups that the firm owns"
        rows={groups.rows}
        rowKey={(group) => group.id}
        empty=""
        columns={[
          {
            key: 'name',
            head: 'Group',
            cell: (group) => (
              <Link to={paths.group(group.id)} className="link">
                <bdi>{group.name}</bdi>
              </Link>
            ),
          },
          { key: 'state', head: 'State', cell: (group) => group.stateWord },
        ]}
      />
    </Section>
  )
}

export function Sources({
  id,
  title,
  sources,
  more,
}: {
  id: string
  title: string
  sources: FirmInside['held']
  more: string
}) {
  if (sources.total === 0) return null
  return (
    <Section title={title} id={id} actions={all(sources, more)}>
      <Table
        caption={title}
        rows={sources.rows}
        rowKey={(source) => source.name}
        empty=""
        columns={[
          { key: 'name', head: 'Source session', cell: (source) => <SourceName name={source.name} /> },
          { key: 'gateway', head: 'Gateway', cell: (source) => gatewayName(source.gatewayKind) },
          {
            key: 'state',
            head: 'State',
            cell: (source) => (source.isOpen ? 'Open' : 'Closed'),
            blank: (source) => source.isOpen,
          },
        ]}
      />
    </Section>
  )
}

export function Requests({
  id,
  title,
  requests,
  withOwner,
  more,
}: {
  id: string
  title: string
  requests: FirmInside['owned']
  withOwner: boolean
  more: string | null
}) {
  if (requests.total === 0) return null
  return (
    <Section title={title} id={id} actions={all(requests, more)}>
      <Table
        caption={title}
        rows={requests.rows}
        rowKey={(request) => String(request.number)}
        empty=""
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
            cell: (request) => request.groupName && <bdi>{request.groupName}</bdi>,
            blank: (request) => request.groupName === null,
          },
          {
            key: 'owner',
            head: 'Asked for by',
            cell: (request) => <FirmName id={request.ownerId} name={request.ownerName} />,
            blank: () => !withOwner,
          },
          {
            key: 'state',
            head: 'State',
            cell: (request) => <RequestWord state={request.state} word={request.stateWord} />,
          },
          { key: 'since', head: 'Since', number: true, cell: (request) => <Instant at={request.stateAt} show="day" /> },
        ]}
      />
    </Section>
  )
}

export function People({ firm, people }: { firm: Pick<FirmPage, 'id'>; people: NonNullable<FirmInside['people']> }) {
  return (
    <Section title="People" id="people" actions={all(people, paths.peopleOf(firm.id))}>
      <Table
        caption="People of the firm"
        rows={people.rows}
        rowKey={(person) => person.id}
        empty="Nobody has been invited yet."
        columns={[
          { key: 'name', head: 'Name', cell: (person) => <bdi>{person.name}</bdi> },
          { key: 'email', head: 'E-mail', cell: (person) => person.email },
          {
            key: 'roles',
            head: 'Roles',
            cell: (person) => person.roles.map((role) => roleNames[role]).join(', ') || 'none',
          },
          {
            key: 'state',
            head: 'State',
            cell: (person) =>
              person.isActive ? (
                <State tone="green" shape="check" word="Active" />
              ) : (
                <State tone="grey" shape="cross" word="Disabled" />
              ),
          },
        ]}
      />
    </Section>
  )
}

/** At which addresses the firm's people are invited; the exchange's administrators add domains and end them. */
export function Domains({
  firmId,
  domains,
  mayWrite,
}: {
  firmId: string
  domains: FirmInside['domains']
  mayWrite: boolean
}) {
  return (
    <Section title="E-mail domains" intro="People of this firm are invited at these alone.">
      <Table
        caption="E-mail domains"
        rows={domains}
        rowKey={(row) => row.id}
        empty="None yet, so that no person of this firm can be invited."
        columns={[
          { key: 'domain', head: 'Domain', cell: (row) => row.domain },
          { key: 'from', head: 'Since', cell: (row) => row.from && <Instant at={row.from} precision="min" /> },
          {
            key: 'until',
            head: 'Until',
            cell: (row) => (row.until ? <Instant at={row.until} precision="min" /> : 'in force'),
          },
          {
            key: 'act',
            head: '',
            cell: (row) =>
              mayWrite && row.until === null ? (
                <Link to={paths.endDomain(firmId, row.id)} className="link">
                  End<span className="sr-only"> {row.domain}</span>
                </Link>
              ) : null,
            blank: (row) => !mayWrite || row.until !== null,
          },
        ]}
      />
      {mayWrite && (
        <div className="mt-3">
          <ButtonLink to={paths.addDomain(firmId)}>Add a domain</ButtonLink>
        </div>
      )}
    </Section>
  )
}
