import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { Link, useLoaderData } from '@remix-run/react'
import { Chart } from '#app/components/chart.tsx'
import { ClientAddressList } from '#app/components/client-addresses.tsx'
import { Mono } from '#app/components/figures.tsx'
import { plural } from '#app/components/format.ts'
import { useLive } from '#app/components/live.ts'
import { Facts, Notice, Section } from '#app/components/page.tsx'
import { Table } from '#app/components/table.tsx'
import { Instant } from '#app/components/time.tsx'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { protocolNames } from '#app/routes/names.ts'
import { spanOf } from '#app/routes/params.ts'
import { noTarget, targetColumns } from '#app/routes/status/delivery-columns.tsx'
import { levelNames } from '#domain/group/states.ts'
import { findGroupOverview } from '#views/group/group-overview.ts'
import type { GroupContact, GroupHead, StopNote } from '#views/group/group-view.ts'
import { findPicture } from '#views/rollup/picture.ts'
import { GroupFrame } from './group-frame.tsx'
import { loadGroup } from './load-group.server.ts'

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `${data?.group.name ?? 'Group'} · Drop Copy Portal` },
]

export async function loader({ request, params, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'group:read')
  const loaded = await loadGroup(context, user, params.groupId, findGroupOverview)
  const { group } = loaded
  const of = { environment: context.environment, kind: 'group' as const, id: group.id }
  const read = () => context.read(user, (tx) => findPicture(tx, of, spanOf(request), context.deps.now()))
  return { ...loaded, picture: group.seesAll && group.targets > 0 ? await read() : null }
}

/** What was agreed, what runs, who may change it. */
export default function Overview() {
  const data = useLoaderData<typeof loader>()
  const { group, shown, may, picture } = useLive(paths.groupEvents(data.group.id), data)
  const { terms, targets, contacts, left } = shown
  return (
    <GroupFrame group={group} may={may}>
      <LeftNotice left={left} groupId={group.id} />
      {group.seesAll && (
        <Section title="Delivered on">
          <Table
            caption="Targets"
            rows={targets}
            rowKey={(target) => target.sessionId}
            empty={noTarget(group)}
            columns={targetColumns(group.isStale, { withGroup: false })}
          />
        </Section>
      )}
      {picture && <Chart picture={picture} subject={`Group ${group.name}`} />}
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
      <Contacts contacts={contacts} group={group} />
    </GroupFrame>
  )
}

/** Sources that were stopped: what was signed for them is no longer in force. */
function LeftNotice({ left, groupId }: { left: readonly StopNote[]; groupId: string }) {
  if (left.length === 0) return null
  return (
    <Notice tone="amber" title={`${plural(left.length, 'source session')} left the group for want of a consent`}>
      <ul className="mt-1 list-disc space-y-1 pl-5">
        {left.slice(0, 5).map(({ name, why, at }) => (
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
        <Link to={paths.groupSources(groupId)} className="link">
          Source sessions and their figures
        </Link>
      </p>
    </Notice>
  )
}

function Contacts({ contacts, group }: { contacts: readonly GroupContact[]; group: GroupHead }) {
  return (
    <Section title="Authorized contacts" intro={group.isOver ? undefined : 'They submit the group’s later changes.'}>
      <Table
        caption="Authorized contacts"
        rows={contacts}
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
