import { type ActionFunctionArgs, type LoaderFunctionArgs, redirect } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { z } from 'zod'
import { TextField } from '#app/components/fields.tsx'
import { CommandForm, FormActions, Submit } from '#app/components/form.tsx'
import { PageHead } from '#app/components/page.tsx'
import { NewPasswordFields } from '#app/components/password-fields.tsx'
import { refusalOf } from '#app/components/refusal.ts'
import { readForm } from '#app/http/forms.server.ts'
import { refusal } from '#app/http/refusals.server.ts'
import { paths } from '#app/paths.ts'
import { firstPeople } from '#domain/people/input.ts'

const setUpInput = z
  .object({
    token: z.string().min(1).max(200),
    ...firstPeople,
    password: z.string().min(12, 'At least 12 characters.').max(500),
    again: z.string().max(500),
  })
  .refine((input) => input.password === input.again, { path: ['again'], error: 'The two are not the same.' })

export const meta = () => [{ title: 'Set up · Drop Copy Portal' }]

export function loader({ params, context }: LoaderFunctionArgs) {
  return { isOpen: context.auth.isSetUpOpen(params.token ?? ''), commandId: crypto.randomUUID() }
}

export async function action({ request, params, context }: ActionFunctionArgs) {
  const input = await readForm(request, params, setUpInput)
  if (!input.ok) return refusal(input.error)
  const done = await context.auth.setUp(input.value)
  if (!done.ok) return refusal(done.error, input.typed)
  return redirect(paths.status(), { headers: { 'Set-Cookie': done.value.setCookie } })
}

export default function SetUp() {
  const { isOpen, commandId } = useLoaderData<typeof loader>()
  const answer = useActionData()
  if (!isOpen)
    return (
      <PageHead title="This link no longer works">
        It was used, or it is older than 30 minutes. Restart the portal for a new one while it has no administrator.
      </PageHead>
    )
  return (
    <>
      <PageHead title="Set up this portal">
        You become its first administrator: you name people and give them roles, and approve nothing yourself.
      </PageHead>
      <CommandForm commandId={commandId} refusal={refusalOf(answer)} className="max-w-sm">
        <TextField name="exchange" label="Name of the exchange" required maxLength={120} autoComplete="organization" />
        <TextField name="name" label="Your name" required maxLength={120} autoComplete="name" />
        <TextField name="email" label="Your e-mail" type="email" required maxLength={254} autoComplete="username" />
        <NewPasswordFields name="password" label="Password" />
        <FormActions>
          <Submit>Set up and sign in</Submit>
        </FormActions>
      </CommandForm>
    </>
  )
}
