import { type ActionFunctionArgs, redirect } from '@remix-run/node'
import { z } from 'zod'
import { readForm } from '#app/http/forms.server.ts'
import { notFound } from '#app/http/refusals.server.ts'
import { paths } from '#app/paths.ts'
import { placeInPortal } from './theme.server.ts'

const continueInput = z.object({ userId: z.uuid(), next: z.string().max(500).optional() })

export const loader = () => redirect(paths.signIn())

/** Sandbox only: continue as one of its people. Outside the sandbox this page does not exist. */
export async function action({ request, params, context }: ActionFunctionArgs) {
  if (context.mode !== 'sandbox') throw notFound()
  const input = await readForm(request, params, continueInput)
  if (!input.ok) throw notFound()
  const changed = await context.auth.continueAs(input.value.userId)
  if (!changed.ok) throw notFound()
  return redirect(placeInPortal(input.value.next), { headers: { 'Set-Cookie': changed.value.setCookie } })
}

/** This page is shown only after a refusal, and the frame says why. */
export default function ContinueAs() {
  return null
}
