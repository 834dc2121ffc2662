import type { LoaderFunctionArgs } from '@remix-run/node'
import { Link, useLoaderData } from '@remix-run/react'
import { plural } from '#app/components/format.ts'
import { ButtonLink, PageHead } from '#app/components/page.tsx'
import { State } from '#app/components/state-word.tsx'
import { Table } from '#app/components/table.tsx'
import { Instant } from '#app/components/time.tsx'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { may } from '#domain/people/permissions.ts'
import { roleNames } from '#domain/people/roles.ts'
import { findPeoplePage, type ListedPerson } from '#views/people/people-page.ts'

export const meta = () => [{ title: 'Administration · Drop Copy Portal' }]

export async function loader({ context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'people:read')
  return {
    people: await context.read(user, (tx) => findPeoplePage(tx, user, context.deps.now())),
    mayWrite: may(user, 'people:write'),
    seesFirms: may(user, 'firm:read'),
  }
}

export default function People() {
  const { people, mayWrite, seesFirms } = useLoaderData<typeof loader>()
  const active = people.filter((person) => person.isActive).length
  const links = people.filter((person) => person.linkUntil !== null).length
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
      <Table
        caption="People"
        rows={people}
        rowKey={(person) => person.userId}
        empty="Nobody yet."
        columns={[
          { key: 'name', head: 'Name', cell: (person) => person.name },
          { key: 'email', head: 'E-mail', cell: (person) => person.email },
          { key: 'firm', head: 'Firm', cell: (person) => person.firmName },
          {
            key: 'roles',
            head: 'Roles',
            cell: (person) => person.roles.map((role) => roleNames[role]).join(', ') || 'none',
          },
          { key: 'state', head: 'State', cell: (person) => <PersonState person={person} /> },
          {
            key: 'link',
            head: 'Link waiting',
            cell: (person) => <WaitingLink person={person} />,
            blank: (person) => person.linkUntil === null,
          },
          {
            key: 'act',
            head: '',
            cell: (person) => <Acts person={person} />,
            blank: (person) => !(person.mayPass || person.mayRenew || person.mayChangeRoles || person.mayDisable),
          },
        ]}
      />
    </>
  )
}

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
