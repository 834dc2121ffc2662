import type { LoaderFunctionArgs } from '@remix-run/node'
import { Link, useLoaderData } from '@remix-run/react'
import { plural } from '#app/components/format.ts'
import { ButtonLink, PageHead } from '#app/components/page.tsx'
import { State } from '#app/components/state-word.tsx'
import { Table } from '#app/components/table.tsx'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { listPeople } from '#db/queries/people.ts'
import { may } from '#domain/people/permissions.ts'
import { roleNames } from '#domain/people/roles.ts'

export const meta = () => [{ title: 'Administration · Drop Copy Portal' }]

export async function loader({ context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'people:read')
  const people = await context.read(user, (tx) => listPeople(tx, context.deps.now()))
  // a firm's list is of its own people, though it may know the exchange's by name
  const own = people.filter((person) => user.isExchange || person.firmId === user.firmId)
  return { people: own, me: user.userId, firmId: user.firmId, mayWrite: may(user, 'people:write') }
}

export default function People() {
  const { people, me, firmId, mayWrite } = useLoaderData<typeof loader>()
  const active = people.filter((person) => person.isActive).length
  // nobody changes themselves, and each firm looks after its own
  const mayChange = (person: (typeof people)[number]) =>
    mayWrite && person.isActive && person.userId !== me && person.firmId === firmId
  return (
    <>
      <PageHead
        title="Administration"
        actions={
          mayWrite && (
            <ButtonLink to={paths.invite()} kind="primary">
              Invite a person
            </ButtonLink>
          )
        }
      >
        {plural(active, 'person', 'people')} may sign in.
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
          {
            key: 'act',
            head: '',
            cell: (person) =>
              mayChange(person) ? (
                <span className="inline-flex gap-4">
                  <Link to={paths.changeRoles(person.userId)} className="link">
                    Change roles<span className="sr-only"> of {person.name}</span>
                  </Link>
                  <Link to={paths.disablePerson(person.userId)} className="link">
                    Disable<span className="sr-only"> {person.name}</span>
                  </Link>
                </span>
              ) : null,
            blank: (person) => !mayChange(person),
          },
        ]}
      />
    </>
  )
}
