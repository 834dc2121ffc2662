import { type ActionFunctionArgs, data, type LoaderFunctionArgs } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { Checkboxes, TextField } from '#app/components/fields.tsx'
import { CommandForm, FormActions, Submit } from '#app/components/form.tsx'
import { NotNow } from '#app/components/not-now.tsx'
import { ButtonLink, PageHead } from '#app/components/page.tsx'
import { refusalOf } from '#app/components/refusal.ts'
import type { RequestContext, SignedInUser } from '#app/http/context.ts'
import { readForm } from '#app/http/forms.server.ts'
import { notFound, refusal, sentenceOf } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { isUuid } from '#app/routes/params.ts'
import { inviteUserInput } from '#domain/people/input.ts'
import { inviteRefusal } from '#domain/people/invite.ts'
import { type Role, rolesOf } from '#domain/people/roles.ts'
import { inviteUser } from '#services/people/invite-user.ts'
import { findFirmToInviteInto } from '#views/people/firms-page.ts'
import { NewLink } from './people-parts.tsx'
import { roleChoices } from './role-choices.ts'

export const meta = () => [{ title: 'Invite a person · Drop Copy Portal' }]

export { shouldRevalidate } from '#app/components/refusal.ts'

/** The reader's own firm, or with `?firm=` one that has no administrator yet. */
export async function loader({ request, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'people:write')
  const firmId = new URL(request.url).searchParams.get('firm') ?? user.firmId
  if (!isUuid(firmId)) throw notFound()
  const firm = await findFirmFor(context, user, firmId)
  const isOwn = firm.id === user.firmId
  const roles: readonly Role[] = isOwn ? rolesOf(firm.isExchange) : ['firm-admin']
  const barred = isOwn ? undefined : inviteRefusal(user, firm, roles)
  return { firm, isOwn, roles, barred: barred && sentenceOf(barred), commandId: context.deps.newId() }
}

async function findFirmFor(context: RequestContext, user: SignedInUser, firmId: string) {
  const firm = await context.read(user, (tx) => findFirmToInviteInto(tx, user, firmId, context.deps.now()))
  if (!firm) throw notFound()
  return firm
}

export async function action({ request, params, context }: ActionFunctionArgs) {
  const user = requireUser(context, 'people:write')
  const input = await readForm(request, params, inviteUserInput)
  if (!input.ok) return refusal(input.error)
  const invited = await inviteUser(input.value, user, context.deps)
  if (!invited.ok) return refusal(invited.error, input.typed)
  const { email, token, expiresAt, userId } = invited.value
  const url = token && context.publicUrl + paths.invitation(token)
  return data({ invited: { email, url, expiresAt, userId } })
}

export default function Invite() {
  const { firm, isOwn, roles, barred, commandId } = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  const back = isOwn ? { to: paths.people(), label: 'Administration' } : { to: paths.firm(firm.id), label: firm.name }
  if (answer && 'invited' in answer) return <NewLink link={answer.invited} back={back} />
  const title = isOwn ? 'Invite a person' : `Invite the first administrator of ${firm.name}`
  if (barred) return <NotNow title="No one can be invited here" why={barred} back={back} />
  if (firm.domains.length === 0) return <NoDomain firm={firm.name} title={title} back={back} />
  return (
    <>
      <PageHead title={title} back={back}>
        {firm.name}. You get a link that works once; another administrator passes on the code that goes with it.
      </PageHead>
      <CommandForm commandId={commandId} refusal={refusalOf(answer)} className="max-w-md">
        <input type="hidden" name="firmId" value={firm.id} />
        <TextField name="name" label="Name" required maxLength={120} autoComplete="off" />
        <TextField
          name="email"
          label="E-mail"
          hint={`At ${firm.domains.join(' or ')}`}
          type="email"
          required
          maxLength={254}
          autoComplete="off"
        />
        <Checkboxes
          name="roles[]"
          legend="Roles"
          choices={roleChoices(roles)}
          {...(roles.length === 1 && { chosen: roles })}
        />
        <FormActions>
          <Submit>Invite</Submit>
          <ButtonLink to={back.to}>Cancel</ButtonLink>
        </FormActions>
      </CommandForm>
    </>
  )
}

/** People are invited at their firm's domains alone. */
function NoDomain({ firm, title, back }: { firm: string; title: string; back: { to: string; label: string } }) {
  return (
    <>
      <PageHead title={title} back={back} />
      <p className="max-w-xl">
        {firm} has no e-mail domain on file, and people are invited at their firm’s domains alone. An administrator of
        the exchange enters it under Administration, Firms.
      </p>
    </>
  )
}
