import { type ActionFunctionArgs, data, type LoaderFunctionArgs } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { Checkboxes, TextField } from '#app/components/fields.tsx'
import { Copyable } from '#app/components/figures.tsx'
import { CommandForm, FormActions, Submit } from '#app/components/form.tsx'
import { ButtonLink, Facts, Notice, PageHead } from '#app/components/page.tsx'
import { refusalOf } from '#app/components/refusal.ts'
import { Instant } from '#app/components/time.tsx'
import { readForm } from '#app/http/forms.server.ts'
import { refusal } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { inviteUserInput } from '#domain/people/input.ts'
import { rolesOf } from '#domain/people/roles.ts'
import { inviteUser } from '#services/invite-user.ts'
import { roleChoices } from './role-choices.ts'

export const meta = () => [{ title: 'Invite a person · Drop Copy Portal' }]

export function loader({ context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'people:write')
  return {
    firmId: user.firmId,
    firmName: user.firmName,
    roles: rolesOf(user.isExchange),
    commandId: context.deps.newId(),
  }
}

export async function action({ request, params, context }: ActionFunctionArgs) {
  const user = requireUser(context, 'people:write')
  const input = await readForm(request, params, inviteUserInput)
  if (!input.ok) return refusal(input.error)
  const invited = await inviteUser(input.value, user, context.deps)
  if (!invited.ok) return refusal(invited.error, input.typed)
  const { path, expiresAt } = await context.auth.inviteLink(invited.value.userId)
  return data({ invited: { email: invited.value.email, url: context.publicUrl + path, expiresAt } })
}

export default function Invite() {
  const { firmId, firmName, roles, commandId } = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  const back = { to: paths.people(), label: 'Administration' }
  if (answer && 'invited' in answer) return <Invited invited={answer.invited} back={back} />
  return (
    <>
      <PageHead title="Invite a person" back={back}>
        {firmName}. You get a link that works once; send it to them yourself.
      </PageHead>
      <CommandForm commandId={commandId} refusal={refusalOf(answer)} className="max-w-md">
        <input type="hidden" name="firmId" value={firmId} />
        <TextField name="name" label="Name" required maxLength={120} autoComplete="off" />
        <TextField name="email" label="E-mail" type="email" required maxLength={254} autoComplete="off" />
        <Checkboxes name="roles[]" legend="Roles" choices={roleChoices(roles)} />
        <FormActions>
          <Submit>Invite</Submit>
          <ButtonLink to={back.to}>Cancel</ButtonLink>
        </FormActions>
      </CommandForm>
    </>
  )
}

function Invited({
  invited,
  back,
}: {
  invited: { email: string; url: string; expiresAt: Date }
  back: { to: string; label: string }
}) {
  return (
    <>
      <PageHead title={`${invited.email} is invited`} back={back} />
      <Notice tone="amber" title="Shown once">
        Whoever opens this link first sets the password. Send it over a way that only they read.
      </Notice>
      <Facts
        facts={[
          { term: 'Link', value: <Copyable text={invited.url} label="the link" /> },
          { term: 'Works until', value: <Instant at={invited.expiresAt} precision="min" /> },
        ]}
      />
      <div className="mt-4">
        <ButtonLink to={back.to}>Back to Administration</ButtonLink>
      </div>
    </>
  )
}
