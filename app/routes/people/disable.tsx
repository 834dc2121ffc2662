import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { NotNow } from '#app/components/not-now.tsx'
import { PageHead } from '#app/components/page.tsx'
import { ReasonForm } from '#app/components/reason-form.tsx'
import { refusalOf } from '#app/components/refusal.ts'
import { readForm } from '#app/http/forms.server.ts'
import { refusal } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { redirectSaying } from '#app/http/said.server.ts'
import { paths } from '#app/paths.ts'
import { disableUserInput } from '#domain/people/input.ts'
import { roleNames } from '#domain/people/roles.ts'
import { disableUser } from '#services/people/disable-user.ts'
import { loadPerson } from './load-person.server.ts'
import { SoleRoles } from './people-parts.tsx'

export const meta = () => [{ title: 'Disable a person · Drop Copy Portal' }]

export { shouldRevalidate } from '#app/components/refusal.ts'

export async function loader({ params, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'people:write')
  const found = await loadPerson(context, user, params.userId, 'everybody')
  const isOwn = found.person.userId === user.userId
  return { ...found, isOwn, commandId: context.deps.newId() }
}

export async function action({ request, params, context }: ActionFunctionArgs) {
  const user = requireUser(context, 'people:write')
  const input = await readForm(request, params, disableUserInput)
  if (!input.ok) return refusal(input.error)
  const disabled = await disableUser(input.value, user, context.deps)
  if (!disabled.ok) return refusal(disabled.error, input.typed)
  return redirectSaying(context, paths.people(), 'The person is disabled and signed out everywhere.')
}

export default function Disable() {
  const { person, sole, isOwn, commandId } = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  const back = { to: paths.people(), label: 'Administration' }
  return (
    <>
      <PageHead title={`Disable ${person.name}`} back={back}>
        {person.email}, {person.firmName}: {person.roles.map((role) => roleNames[role]).join(', ') || 'no role'}
      </PageHead>
      {isOwn ? (
        <NotNow title="This is your own account" why="Another administrator can disable it." back={back} />
      ) : (
        <>
          <p className="mb-5 max-w-xl">
            They are signed out at once and cannot sign in again. What they decided and signed stands.
          </p>
          <SoleRoles person={person} sole={sole} />
          <ReasonForm
            commandId={commandId}
            refusal={refusalOf(answer)}
            act={`Disable ${person.name}`}
            danger
            hint="Kept in the audit trail."
            back={back.to}
          />
        </>
      )}
    </>
  )
}
