import { type ActionFunctionArgs, data, type HeadersFunction, type LoaderFunctionArgs } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { z } from 'zod'
import { TextField } from '#app/components/fields.tsx'
import { FirmName } from '#app/components/firm-name.tsx'
import { CommandForm, FormActions, Submit } from '#app/components/form.tsx'
import { Facts, Notice, PageHead, Section } from '#app/components/page.tsx'
import { NewPasswordFields } from '#app/components/password-fields.tsx'
import { refusalOf } from '#app/components/refusal.ts'
import { readForm } from '#app/http/forms.server.ts'
import { refusal } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { standingNames } from '#app/routes/frame/standings.ts'

const passwordInput = z
  .object({
    current: z.string().min(1, 'Type your present password.').max(500),
    next: z.string().min(12, 'At least 12 characters.').max(500),
    again: z.string().max(500),
  })
  .refine((input) => input.next === input.again, { path: ['again'], error: 'The two are not the same.' })

/** When to try again, for a client that is not a browser. */
export const headers: HeadersFunction = ({ actionHeaders }) => actionHeaders

export const meta = () => [{ title: 'Account · Drop Copy Portal' }]

export function loader({ context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'own-password:write')
  return {
    name: user.name,
    email: user.email,
    firmId: user.firmId,
    firmName: user.firmName,
    roles: standingNames(user.standings),
    commandId: crypto.randomUUID(),
  }
}

export async function action({ request, params, context }: ActionFunctionArgs) {
  requireUser(context, 'own-password:write')
  const input = await readForm(request, params, passwordInput)
  if (!input.ok) return refusal(input.error)
  const changed = await context.auth.changePassword({ current: input.value.current, next: input.value.next })
  if (!changed.ok) return refusal(changed.error, input.typed)
  return data({ changed: true }, { headers: { 'Set-Cookie': changed.value.setCookie } })
}

export default function Account() {
  const account = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  return (
    <>
      <PageHead title={account.name}>{account.firmName}</PageHead>
      <Section title="Your account">
        <Facts
          facts={[
            { term: 'E-mail', value: account.email },
            { term: 'Firm', value: <FirmName id={account.firmId} name={account.firmName} /> },
            { term: 'Roles', value: account.roles.join(', ') || 'none' },
          ]}
        />
      </Section>
      <Section title="Change your password" intro="Your other sessions end; this one goes on.">
        {answer && 'changed' in answer && (
          <Notice tone="green">Password changed. Your other sessions have ended.</Notice>
        )}
        <CommandForm commandId={account.commandId} refusal={refusalOf(answer)} className="max-w-sm">
          <input type="text" name="username" autoComplete="username" value={account.email} readOnly hidden />
          <TextField
            name="current"
            label="Present password"
            type="password"
            autoComplete="current-password"
            required
            maxLength={500}
          />
          <NewPasswordFields name="next" label="New password" />
          <FormActions>
            <Submit>Change password</Submit>
          </FormActions>
        </CommandForm>
      </Section>
    </>
  )
}
