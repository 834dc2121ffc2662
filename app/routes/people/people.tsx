import type { LoaderFunctionArgs } from '@remix-run/node'
import { Link, useLoaderData } from '@remix-run/react'
import { FirmName } from '#app/components/firm-name.tsx'
import { plural } from '#app/components/format.ts'
import { List } from '#app/components/list/list.tsx'
import { ButtonLink, PageHead } from '#app/components/page.tsx'
import { State } from '#app/components/state-word.tsx'
import type { Column } from '#app/components/table.tsx'
import { Instant } from '#app/components/time.tsx'
import { hiddenColumns } from '#app/http/columns.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { everyRow, pageSize, readAsked } from '#domain/list/ask.ts'
import { peopleList } from '#domain/people/people-list.ts'
import { may } from '#domain/people/permissions.ts'
import { type Role, roleNames, roles, rolesOf } from '#domain/people/roles.ts'
import { sentenceCase } from '#domain/sentence-case.ts'
import { findPeoplePage, type ListedPerson } from '#views/people/people-page.ts'

export const meta = () => [{ title: 'Administration · Drop Copy Portal' }]

export async function loader({ request, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'people:read')
  const asked = readAsked(new URL(request.url).searchParams, peopleList)
  const shown = await context.read(user, (tx) => findPeoplePage(tx, user, asked, pageSize, context.deps.now()))
  return {
    ...shown,
    hidden: hiddenColumns(request, user.userId, 'people'),
    roles: rolesKept(user.isExchange),
    mayWrite: may(user, 'people:write'),
    seesFirms: may(user, 'firm:read'),
  }
}

/** Roles that people whom the reader keeps can hold. */
const rolesKept = (isExchange: boolean): readonly Role[] => (isExchange ? roles : rolesOf(false))

export default function People() {
  const { list, counts, firm, hidden, roles: offered, mayWrite, seesFirms } = useLoaderData<typeof loader>()
  const active = counts.active.rows
  const links = counts.link.rows
  return (
    <>
      <PageHead
        title="Administration"
        actions={
          <>
            {seesFirms && <ButtonLink to={paths.firms()}>Firms</ButtonLink>}
            {mayWrite && (
              <ButtonLink to={paths.invite()} kind="primary">
                Invite a person
              </ButtonLink>
            )}
          </>
        }
      >
        {plural(active, 'person is', 'people are')} active.
        {links > 0 && ` ${plural(links, 'link')} ${links === 1 ? 'is' : 'are'} not used yet.`}
      </PageHead>
      <List
        name="people"
        caption="People"
        page={list}
        hidden={hidden}
        rowKey={(person) => person.userId}
        searchLabel={seesFirms ? 'Name, e-mail or firm' : 'Name or e-mail'}
        csv={paths.peopleCsv()}
        chips={[
          {
            name: 'show',
            label: 'Which people',
            words: [
              { word: everyRow, label: 'All', count: counts.all },
              { word: 'active', label: 'Active', count: counts.active },
              { word: 'link', label: 'Link waiting', count: counts.link },
              { word: 'disabled', label: 'Disabled', count: counts.disabled },
            ],
          },
        ]}
        choices={[
          {
            name: 'role',
            every: 'All roles',
            words: offered.map((role) => ({ word: role, label: sentenceCase(roleNames[role]) })),
          },
        ]}
        only={firm ? [{ name: 'firm', label: firm.name }] : []}
        empty="Nobody yet."
        columns={columns}
      />
    </>
  )
}

type Shown = Omit<ListedPerson, 'linkUntil'> & { linkUntil: Date | string | null }

const columns: readonly Column<Shown>[] = [
  {
    key: 'state',
    head: 'State',
    tight: true,
    brief: 'first',
    cell: (person) => <PersonState person={person} />,
  },
  {
    key: 'name',
    head: 'Name',
    sortable: true,
    isName: true,
    brief: 'first',
    cell: (person) => <bdi>{person.name}</bdi>,
  },
  {
    key: 'email',
    head: 'E-mail',
    sortable: true,
    optional: true,
    brief: 'second',
    cell: (person) => person.email,
  },
  {
    key: 'firm',
    head: 'Firm',
    sortable: true,
    optional: true,
    brief: 'none',
    cell: (person) => <FirmName id={person.firmId} name={person.firmName} />,
  },
  {
    key: 'roles',
    head: 'Roles',
    optional: true,
    brief: 'second',
    cell: (person) => person.roles.map((role) => roleNames[role]).join(', ') || 'none',
  },
  {
    key: 'link',
    head: 'Link waiting',
    optional: true,
    cell: (person) => <WaitingLink person={person} />,
    blank: (person) => person.linkUntil === null,
  },
  {
    key: 'act',
    head: '',
    brief: 'second',
    cell: (person) => <Acts person={person} />,
    blank: (person) => !(person.mayPass || person.mayRenew || person.mayChangeRoles || person.mayDisable),
  },
]

function PersonState({ person }: { person: Pick<ListedPerson, 'isActive'> }) {
  if (person.isActive) return <State tone="green" shape="check" word="Active" />
  return <State tone="grey" shape="cross" word="Disabled" />
}

/** How long the link works, and whether somebody has taken its code to pass it on. */
function WaitingLink({ person }: { person: Pick<ListedPerson, 'codeTaken'> & { linkUntil: Date | string | null } }) {
  if (person.linkUntil === null) return null
  return (
    <span>
      until <Instant at={person.linkUntil} precision="min" />
      <span className="block text-caption text-muted">{person.codeTaken ? 'code taken' : 'code not taken yet'}</span>
    </span>
  )
}

function Acts({
  person,
}: {
  person: Pick<ListedPerson, 'userId' | 'name' | 'mayPass' | 'mayRenew' | 'mayChangeRoles' | 'mayDisable'>
}) {
  const { userId, name } = person
  const acts = [
    person.mayPass && { to: paths.passCode(userId), label: 'Take the code', of: ` for ${name}` },
    person.mayRenew && { to: paths.renewLink(userId), label: 'New link', of: ` for ${name}` },
    person.mayChangeRoles && { to: paths.changeRoles(userId), label: 'Change roles', of: ` of ${name}` },
    person.mayDisable && { to: paths.disablePerson(userId), label: 'Disable', of: ` ${name}` },
  ]
  return (
    <span className="inline-flex flex-wrap gap-x-4 gap-y-1">
      {acts.map(
        (act) =>
          act && (
            <Link key={act.to} to={act.to} className="link">
              {act.label}
              <span className="sr-only">{act.of}</span>
            </Link>
          ),
      )}
    </span>
  )
}
