import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { Checkboxes } from '#app/components/fields.tsx'
import { NotNow } from '#app/components/not-now.tsx'
import { PageHead } from '#app/components/page.tsx'
import { ReasonForm } from '#app/components/reason-form.tsx'
import { refusalOf } from '#app/components/refusal.ts'
import { readForm } from '#app/http/forms.server.ts'
import { refusal } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { redirectSaying } from '#app/http/said.server.ts'
import { paths } from '#app/paths.ts'
import { changeRolesInput } from '#domain/people/input.ts'
import { rolesOf } from '#domain/people/roles.ts'
import { changeRoles } from '#services/people/change-roles.ts'
import { loadPerson } from './load-person.server.ts'
import { SoleRoles } from './people-parts.tsx'
import { roleChoices } from './role-choices.ts'

export const meta = () => [{ title: 'Change roles · Drop Copy Portal' }]

export { shouldRevalidate } from '#app/components/refusal.ts'

export async function loader({ params, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'people:write')
  const found = await loadPerson(context, user, params.userId)
  const isOwn = found.person.userId === user.userId
  return { ...found, isOwn, roles: rolesOf(user.isExchange), commandId: context.deps.newId() }
}

export async function action({ request, params, context }: ActionFunctionArgs) {
  const user = requireUser(context, 'people:write')
  const input = await readForm(request, params, changeRolesInput)
  if (!input.ok) return refusal(input.error)
  const changed = await changeRoles(input.value, user, context.deps)
  if (!changed.ok) return refusal(changed.error, input.typed)
  return redirectSaying(context, paths.people(), 'The roles are changed. The person signs in again with the new ones.')
}

export default function ChangeRoles() {
  const { person, sole, isOwn, roles, commandId } = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  const back = { to: paths.people(), label: 'Administration' }
  return (
    <>
      <PageHead title={`Roles of ${person.name}`} back={back}>
        {person.email}, {person.firmName}
      </PageHead>
      {isOwn ? (
        <NotNow title="These are your own roles" why="Another administrator can change them." back={back} />
      ) : (
        <>
          <p className="mb-3 max-w-xl">
            The roles hold from now on. {person.name} is signed out everywhere at once and signs in again with the new
            ones. What they decided and signed stands.
          </p>
          <SoleRoles person={person} sole={sole} />
          <ReasonForm
            commandId={commandId}
            refusal={refusalOf(answer)}
            act="Change roles"
            hint="Kept in the audit trail."
            back={back.to}
          >
            <input type="hidden" name="version" value={person.version} />
            <Checkboxes name="roles[]" legend="Roles" choices={roleChoices(roles)} chosen={person.roles} />
          </ReasonForm>
        </>
      )}
    </>
  )
}
