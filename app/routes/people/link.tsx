import { type ActionFunctionArgs, data, type LoaderFunctionArgs } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { NotNow } from '#app/components/not-now.tsx'
import { PageHead } from '#app/components/page.tsx'
import { ReasonForm } from '#app/components/reason-form.tsx'
import { refusalOf } from '#app/components/refusal.ts'
import { readForm } from '#app/http/forms.server.ts'
import { refusal } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { linkInput } from '#domain/people/input.ts'
import { renewLink } from '#services/people/renew-link.ts'
import { isRenewableBy } from '#views/people/people-page.ts'
import { loadPerson } from './load-person.server.ts'
import { NewLink } from './people-parts.tsx'

export const meta = () => [{ title: 'New link · Drop Copy Portal' }]

export { shouldRevalidate } from '#app/components/refusal.ts'

export async function loader({ params, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'people:write')
  const { person, sole } = await loadPerson(context, user, params.userId, 'everybody')
  return { person, mayRenew: isRenewableBy(user, person, sole), commandId: context.deps.newId() }
}

export async function action({ request, params, context }: ActionFunctionArgs) {
  const user = requireUser(context, 'people:write')
  const input = await readForm(request, params, linkInput)
  if (!input.ok) return refusal(input.error)
  const made = await renewLink(input.value, user, context.deps)
  if (!made.ok) return refusal(made.error, input.typed)
  const { email, token, expiresAt } = made.value
  return data({ made: { email, url: token && context.publicUrl + paths.invitation(token), expiresAt } })
}

export default function Link() {
  const { person, mayRenew, commandId } = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  const back = { to: paths.people(), label: 'Administration' }
  if (answer && 'made' in answer) return <NewLink link={answer.made} back={back} />
  const why = `Links for people of ${person.firmName} are made by another administrator of it; the exchange makes them for a firm’s only administrator.`
  return (
    <>
      <PageHead title={`A new link for ${person.name}`} back={back}>
        {person.email}, {person.firmName}
      </PageHead>
      {mayRenew ? (
        <>
          <p className="mb-5 max-w-xl">
            For a person whose link has expired, or who has lost their password. Earlier links stop working now. A
            password they have works until they use the new link.
          </p>
          <ReasonForm
            commandId={commandId}
            refusal={refusalOf(answer)}
            act="Make a new link"
            hint="Kept in the audit trail."
            back={back.to}
          />
        </>
      ) : (
        <NotNow title="This link is not yours to make" why={why} back={back} />
      )}
    </>
  )
}
