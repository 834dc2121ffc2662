import { type ActionFunctionArgs, type LoaderFunctionArgs, redirect } from '@remix-run/node'
import { Link, useActionData, useLoaderData } from '@remix-run/react'
import { TextField } from '#app/components/fields.tsx'
import { ButtonLink, PageHead, Section } from '#app/components/page.tsx'
import { ReasonForm } from '#app/components/reason-form.tsx'
import { refusalOf } from '#app/components/refusal.ts'
import { Table } from '#app/components/table.tsx'
import { Instant } from '#app/components/time.tsx'
import { readForm } from '#app/http/forms.server.ts'
import { refusal } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { addDomainInput } from '#domain/people/input.ts'
import { isFirstAdministrator } from '#domain/people/invite.ts'
import { may } from '#domain/people/permissions.ts'
import { addDomain } from '#services/people/firm-domains.ts'
import { loadFirm } from './load-firm.server.ts'

export const meta = () => [{ title: 'Firm · Drop Copy Portal' }]

export { shouldRevalidate } from '#app/components/refusal.ts'

export async function loader({ params, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'firm:read')
  const { firm, domains } = await loadFirm(context, user, params.firmId)
  const mayWrite = may(user, 'firm:write')
  const mayInvite = mayWrite && firm.isActive && isFirstAdministrator(firm, ['firm-admin'])
  return { firm, domains, mayWrite, mayInvite, commandId: context.deps.newId() }
}

export async function action({ request, params, context }: ActionFunctionArgs) {
  const user = requireUser(context, 'firm:write')
  const input = await readForm(request, params, addDomainInput)
  if (!input.ok) return refusal(input.error)
  const added = await addDomain(input.value, user, context.deps)
  if (!added.ok) return refusal(added.error, input.typed)
  return redirect(paths.firm(added.value.firmId))
}

export default function Firm() {
  const { firm, domains, mayWrite, mayInvite, commandId } = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  return (
    <>
      <PageHead
        kind="Firm"
        title={firm.name}
        back={{ to: paths.firms(), label: 'Firms' }}
        actions={
          mayInvite && (
            <ButtonLink to={paths.inviteInto(firm.id)} kind="primary">
              Invite its first administrator
            </ButtonLink>
          )
        }
      >
        {firm.isExchange
          ? 'The exchange itself.'
          : firm.hasAdministrator
            ? 'Its own administrators invite its people.'
            : 'It has no administrator yet. The exchange invites the first, who invites the others.'}
      </PageHead>
      <Section title="E-mail domains" intro="People of this firm are invited at these alone.">
        <Table
          caption="E-mail domains"
          rows={domains}
          rowKey={(row) => row.id}
          empty="None yet, so no one at this firm can be invited. Add the domain of its addresses below."
          columns={[
            { key: 'domain', head: 'Domain', cell: (row) => row.domain },
            { key: 'from', head: 'Since', cell: (row) => row.from && <Instant at={row.from} precision="min" /> },
            {
              key: 'until',
              head: 'Until',
              cell: (row) => (row.until ? <Instant at={row.until} precision="min" /> : 'in force'),
            },
            {
              key: 'act',
              head: '',
              cell: (row) =>
                mayWrite && row.until === null ? (
                  <Link to={paths.endDomain(firm.id, row.id)} className="link">
                    End<span className="sr-only"> {row.domain}</span>
                  </Link>
                ) : null,
              blank: (row) => !mayWrite || row.until !== null,
            },
          ]}
        />
      </Section>
      {mayWrite && (
        <Section title="Add a domain">
          <ReasonForm
            commandId={commandId}
            refusal={refusalOf(answer)}
            act="Add the domain"
            hint="Kept in the audit trail: from whom you know that it is theirs."
            back={paths.firms()}
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
        </Section>
      )}
    </>
  )
}
