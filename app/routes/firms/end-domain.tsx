import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { NotNow } from '#app/components/not-now.tsx'
import { PageHead } from '#app/components/page.tsx'
import { ReasonForm } from '#app/components/reason-form.tsx'
import { refusalOf } from '#app/components/refusal.ts'
import { readForm } from '#app/http/forms.server.ts'
import { notFound, refusal } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { redirectSaying } from '#app/http/said.server.ts'
import { paths } from '#app/paths.ts'
import { endDomainInput } from '#domain/people/input.ts'
import { endDomain } from '#services/people/firm-domains.ts'
import { loadFirm } from './load-firm.server.ts'

export const meta = () => [{ title: 'End a domain · Drop Copy Portal' }]

export { shouldRevalidate } from '#app/components/refusal.ts'

export async function loader({ params, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'firm:write')
  const { firm, domains } = await loadFirm(context, user, params.firmId)
  const domain = domains.find((row) => row.id === params.domainId)
  if (!domain) throw notFound()
  return { firm, domain, commandId: context.deps.newId() }
}

export async function action({ request, params, context }: ActionFunctionArgs) {
  const user = requireUser(context, 'firm:write')
  const input = await readForm(request, params, endDomainInput)
  if (!input.ok) return refusal(input.error)
  const ended = await endDomain(input.value, user, context.deps)
  if (!ended.ok) return refusal(ended.error, input.typed)
  return redirectSaying(context, paths.firm(ended.value.firmId), 'The e-mail domain has ended.')
}

export default function EndDomain() {
  const { firm, domain, commandId } = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  const back = { to: paths.firm(firm.id), label: firm.name }
  if (domain.until !== null)
    return <NotNow title={`${domain.domain} has ended`} why="It no longer belongs to the firm." back={back} />
  return (
    <>
      <PageHead title={`End ${domain.domain}`} back={back} />
      <p className="mb-5 max-w-xl">
        No new person of {firm.name} can be invited at {domain.domain} from now on. People who sign in with an address
        there can still do so. To stop one of them, disable the person under Administration.
      </p>
      <ReasonForm
        commandId={commandId}
        refusal={refusalOf(answer)}
        act={`End ${domain.domain}`}
        danger
        hint="Kept in the audit trail."
        back={back.to}
      />
    </>
  )
}
