import { type ActionFunctionArgs, type LoaderFunctionArgs, redirect } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { z } from 'zod'
import { TextField } from '#app/components/fields.tsx'
import { CommandForm, FormActions, Submit } from '#app/components/form.tsx'
import { Notice, PageHead } from '#app/components/page.tsx'
import { NewPasswordFields } from '#app/components/password-fields.tsx'
import { refusalOf } from '#app/components/refusal.ts'
import { Instant } from '#app/components/time.tsx'
import { readForm } from '#app/http/forms.server.ts'
import { refusal } from '#app/http/refusals.server.ts'
import { paths } from '#app/paths.ts'
import { line } from '#domain/text.ts'

const acceptInput = z
  .object({
    token: z.string().min(1).max(200),
    code: z.string().trim().min(1, 'Enter the code that you were given.').max(40),
    /** not asked of a person who already has an account */
    name: line(120).default(''),
    password: z.string().min(12, 'At least 12 characters.').max(500),
    again: z.string().max(500),
  })
  .refine((input) => input.password === input.again, { path: ['again'], error: 'The two are not the same.' })

export const meta = () => [{ title: 'Invitation · Drop Copy Portal' }]

export async function loader({ params, context }: LoaderFunctionArgs) {
  const invitation = await context.auth.findInvitation(params.token ?? '')
  return { invitation, commandId: crypto.randomUUID() }
}

export async function action({ request, params, context }: ActionFunctionArgs) {
  const input = await readForm(request, params, acceptInput)
  if (!input.ok) return refusal(input.error)
  const { again: _, ...accepting } = input.value
  const accepted = await context.auth.acceptInvitation(accepting)
  if (!accepted.ok) return refusal(accepted.error, input.typed)
  return redirect(paths.status(), { headers: { 'Set-Cookie': accepted.value.setCookie } })
}

export default function InvitationPage() {
  const { invitation, commandId } = useLoaderData<typeof loader>()
  const answer = useActionData()
  if (!invitation)
    return (
      <PageHead title="This link no longer works">
        It was used, or it has expired. Ask the person who invited you for a new one.
      </PageHead>
    )
  return (
    <>
      <PageHead title={invitation.hasPassword ? 'Choose a new password' : `Join ${invitation.firmName}`}>
        {invitation.email}. This link works once, until <Instant at={invitation.expiresAt} precision="min" />.
      </PageHead>
      {!invitation.isCodeTaken && <NoCodeYet firmName={invitation.firmName} />}
      <CommandForm commandId={commandId} refusal={refusalOf(answer)} className="max-w-sm">
        <input type="text" name="username" autoComplete="username" value={invitation.email} readOnly hidden />
        <TextField
          name="code"
          label="Code"
          hint="Twelve characters, from an administrator other than the one who sent you this link."
          autoComplete="one-time-code"
          required
          maxLength={40}
          mono
        />
        {!invitation.hasPassword && (
          <TextField
            name="name"
            label="Your name"
            defaultValue={invitation.name}
            autoComplete="name"
            required
            maxLength={120}
          />
        )}
        <NewPasswordFields name="password" label="Password" />
        <FormActions>
          <Submit>Set the password and sign in</Submit>
        </FormActions>
      </CommandForm>
    </>
  )
}

/** What to do before the link can be used. */
function NoCodeYet({ firmName }: { firmName: string }) {
  return (
    <Notice tone="amber" title="This link needs a code, and no administrator has taken the code for you yet">
      Ask another administrator of {firmName} or of the exchange, not the one who sent you the link: they find the code
      under Administration and tell it to you.
    </Notice>
  )
}
