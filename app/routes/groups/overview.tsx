import type { LoaderFunctionArgs } from '@remix-run/node'
import { Link, useLoaderData } from '@remix-run/react'
import { Chart } from '#app/components/chart.tsx'
import { ClientAddressList } from '#app/components/client-addresses.tsx'
import { Mono } from '#app/components/figures.tsx'
import { plural } from '#app/components/format.ts'
import { Facts, Notice, Section } from '#app/components/page.tsx'
import { Table } from '#app/components/table.tsx'
import { Instant } from '#app/components/time.tsx'
import { notFound } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { protocolNames } from '#app/routes/names.ts'
import { isUuid, spanOf } from '#app/routes/params.ts'
import { Agreements } from '#app/routes/requests/agreements.tsx'
import { noTarget, TargetTable } from '#app/routes/status/status-tables.tsx'
import { levelNames } from '#domain/group/states.ts'
import { findPicture } from '#views/rollup/picture.ts'
import { useGroup } from './group.tsx'

export async function loader({ request, params, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'group:read')
  const { groupId } = params
  if (!isUuid(groupId)) throw notFound()
  const of = { environment: context.environment, kind: 'group' as const, id: groupId }
  return context.read(user, (tx) => findPicture(tx, of, spanOf(request), context.deps.now()))
}

/** What was agreed, who signed it, what runs, who may change it. */
export default function Overview() {
  const { group } = useGroup()
  const picture = useLoaderData<typeof loader>()
  const { terms } = group
  return (
    <>
      <LeftNotice />
      {group.otherSources === null && group.targets.length > 0 && (
        <Chart picture={picture} subject={`Group ${group.name}`} />
      )}
      <Section title="Agreed">
        {terms ? (
          <Facts
            facts={[
              { term: 'Messages', value: `${levelNames[terms.level]}${terms.rejects ? ', with rejects' : ''}` },
              { term: 'Protocol', value: protocolNames[terms.protocol] ?? terms.protocol },
              terms.addresses !== null && {
                term: 'Client addresses',
                value: <ClientAddressList {...terms.addresses} />,
              },
              { term: 'In force since', value: <Instant at={terms.since} precision="min" /> },
              terms.billTo !== null && {
                term: 'Billed to',
                value: [terms.billTo, terms.account].filter(Boolean).join(', account '),
              },
              group.purpose !== '' && { term: 'Purpose', value: group.purpose },
              group.bill !== null && { term: 'Fee', value: group.bill.sentence },
            ]}
          />
        ) : (
          <p className="text-muted">
            {group.isOver
              ? group.stateSentence
              : 'Nothing is agreed yet: this group was asked for and is not approved.'}
          </p>
        )}
      </Section>
      {group.otherSources === null && (
        <Section title="Running">
          <TargetTable targets={group.targets} stale={group.isStale} withGroup={false} empty={noTarget(group)} />
        </Section>
      )}
      <Section title="Signed">
        <Table
          caption="Who signed"
          rows={group.signed}
          rowKey={(row) => `${row.requestNumber}${row.firmName}${row.at.getTime()}`}
          empty="Nobody has signed for this group yet."
          columns={[
            { key: 'firm', head: 'Firm', cell: (row) => row.firmName },
            { key: 'by', head: 'By', cell: (row) => row.by },
            { key: 'sentence', head: 'Sentence signed', wide: true, cell: (row) => row.sentence },
            {
              key: 'request',
              head: 'Request',
              tight: true,
              cell: (row) => (
                <Link to={paths.request(row.requestNumber)} className="link">
                  {row.requestNumber}
                </Link>
              ),
            },
            { key: 'at', head: 'When', tight: true, cell: (row) => <Instant at={row.at} precision="min" /> },
          ]}
        />
      </Section>
      <Contacts />
      <Agreements agreed={group.agreed} onGroup />
    </>
  )
}

/** Sources that left this week: what was signed for them, listed below, is no longer in force. */
function LeftNotice() {
  const { group } = useGroup()
  if (group.left.length === 0 || group.isOver) return null
  return (
    <Notice tone="amber" title={`${plural(group.left.length, 'source')} left the group`}>
      <ul className="mt-1 list-disc space-y-1 pl-5">
        {group.left.slice(0, 5).map(({ name, why, at }) => (
          <li key={name}>
            <Mono>{name}</Mono>: {why}
            {at && (
              <>
                , <Instant at={at} precision="min" />
              </>
            )}
            .
          </li>
        ))}
      </ul>
      <p className="mt-1">
        <Link to={paths.groupSources(group.id)} className="link">
          Sources and their figures
        </Link>
      </p>
    </Notice>
  )
}

function Contacts() {
  const { group } = useGroup()
  return (
    <Section title="Authorized contacts" intro={group.isOver ? undefined : 'They submit the group’s later changes.'}>
      <Table
        caption="Authorized contacts"
        rows={group.contacts}
        rowKey={(contact) => contact.id}
        empty={
          group.isOver
            ? 'No contact is authorized: nothing of this group can be changed.'
            : 'No contact is authorized. Until one is, a signatory of a clearing firm that guarantees a source may submit changes.'
        }
        columns={[
          { key: 'name', head: 'Name', cell: (contact) => contact.name },
          { key: 'title', head: 'Title', cell: (contact) => contact.title || '–', blank: (contact) => !contact.title },
          { key: 'email', head: 'E-mail', cell: (contact) => contact.email },
          { key: 'phone', head: 'Telephone', cell: (contact) => contact.phone },
          { key: 'by', head: 'Authorized by', cell: (contact) => contact.authorizedBy },
          { key: 'since', head: 'Since', tight: true, cell: (contact) => <Instant at={contact.since} show="day" /> },
          {
            key: 'end',
            head: '',
            cell: (contact) =>
              contact.mayEnd ? (
                <Link to={paths.endContact(group.id, contact.id)} className="link">
                  End
                  <span className="sr-only">
                    {' '}
                    {contact.name} for {contact.authorizedBy}
                  </span>
                </Link>
              ) : null,
            blank: (contact) => !contact.mayEnd,
          },
        ]}
      />
    </Section>
  )
}
