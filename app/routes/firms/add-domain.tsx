import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { TextField } from '#app/components/fields.tsx'
import { PageHead } from '#app/components/page.tsx'
import { ReasonForm } from '#app/components/reason-form.tsx'
import { refusalOf } from '#app/components/refusal.ts'
import { readForm } from '#app/http/forms.server.ts'
import { refusal } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { redirectSaying } from '#app/http/said.server.ts'
import { paths } from '#app/paths.ts'
import { addDomainInput } from '#domain/people/input.ts'
import { addDomain } from '#services/people/firm-domains.ts'
import { loadFirm } from './load-firm.server.ts'

export const meta = () => [{ title: 'Add a domain · Drop Copy Portal' }]

export { shouldRevalidate } from '#app/components/refusal.ts'

export async function loader({ params, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'firm:write')
  const { firm } = await loadFirm(context, user, params.firmId)
  return { firm: { id: firm.id, name: firm.name }, commandId: context.deps.newId() }
}

export async function action({ request, params, context }: ActionFunctionArgs) {
  const user = requireUser(context, 'firm:write')
  const input = await readForm(request, params, addDomainInput)
  if (!input.ok) return refusal(input.error)
  const added = await addDomain(input.value, user, context.deps)
  if (!added.ok) return refusal(added.error, input.typed)
  return redirectSaying(
    context,
    paths.firm(added.value.firmId),
    `People at ${input.value.domain} can be invited from now on.`,
  )
}

export default function AddDomain() {
  const { firm, commandId } = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  return (
    <>
      <PageHead title="Add an e-mail domain" back={{ to: paths.firm(firm.id), label: firm.name }}>
        People of {firm.name} can be invited at its addresses from now on.
      </PageHead>
      <ReasonForm
        commandId={commandId}
        refusal={refusalOf(answer)}
        act="Add the domain"
        hint="Kept in the audit trail: from whom you know that the domain is theirs."
        back={paths.firm(firm.id)}
      >
        <TextField
          name="domain"
          label="Domain"
          hint="What stands behind the @, as in alder.example. A subdomain is a domain of its own."
          required
          maxLength={253}
          autoComplete="off"
        />
      </ReasonForm>
    </>
  )
}
