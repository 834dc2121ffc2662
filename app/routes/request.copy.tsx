import { type ActionFunctionArgs, type LoaderFunctionArgs, redirect } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { CommandForm, FormActions, Submit } from '#app/components/form.tsx'
import { ButtonLink, PageHead } from '#app/components/page.tsx'
import { refusalOf } from '#app/components/refusal.ts'
import { readForm } from '#app/http/forms.server.ts'
import { refusal } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { copyAsNewInput } from '#domain/request/command-input.ts'
import { copyAsNew } from '#services/copy-as-new.ts'
import { loadRequest } from './load-request.server.ts'

export const meta = () => [{ title: 'Copy as new · Drop Copy Portal' }]

export { shouldRevalidate } from '#app/components/refusal.ts'

export async function loader({ params, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'request:draft')
  const { number, groupName } = await loadRequest(context, user, params.number)
  return { number, groupName, commandId: context.deps.newId() }
}

export async function action({ request, params, context }: ActionFunctionArgs) {
  const user = requireUser(context, 'request:draft')
  const input = await readForm(request, params, copyAsNewInput)
  if (!input.ok) return refusal(input.error)
  const copied = await copyAsNew(input.value, user, context.deps)
  if (!copied.ok) return refusal(copied.error)
  return redirect(paths.requestStep(copied.value.number, 'review'))
}

export default function CopyAsNew() {
  const { number, groupName, commandId } = useLoaderData<typeof loader>()
  const back = paths.request(number)
  return (
    <>
      <PageHead title={`Copy request ${number} as new`} back={{ to: back, label: `Request ${number}` }}>
        Group {groupName}
      </PageHead>
      <CommandForm commandId={commandId} refusal={refusalOf(useActionData())}>
        <p className="mb-5">A new draft with the same content and a new number. No decision is carried over.</p>
        <FormActions>
          <Submit>Copy as new</Submit>
          <ButtonLink to={back}>Cancel</ButtonLink>
        </FormActions>
      </CommandForm>
    </>
  )
}
