import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { CommandForm, FormActions, Submit } from '#app/components/form.tsx'
import { NotNow } from '#app/components/not-now.tsx'
import { ButtonLink, PageHead } from '#app/components/page.tsx'
import { refusalOf } from '#app/components/refusal.ts'
import { readForm } from '#app/http/forms.server.ts'
import { refusal } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { redirectSaying } from '#app/http/said.server.ts'
import { paths } from '#app/paths.ts'
import { whyBarred } from '#domain/request/barred.ts'
import { copyAsNewInput } from '#domain/request/command-input.ts'
import { copyAsNew } from '#services/request/copy-as-new.ts'
import { loadRequest } from './load-request.server.ts'

export const meta = () => [{ title: 'Copy as new · Drop Copy Portal' }]

export { shouldRevalidate } from '#app/components/refusal.ts'

export async function loader({ params, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'request:draft')
  const { number, groupName, state, actions } = await loadRequest(context, user, params.number)
  const allowed = actions.find(({ action }) => action === 'copy-as-new')
  const why = allowed?.may ? null : (allowed?.why ?? whyBarred('copy-as-new', state))
  return { number, groupName, why, commandId: context.deps.newId() }
}

export async function action({ request, params, context }: ActionFunctionArgs) {
  const user = requireUser(context, 'request:draft')
  const input = await readForm(request, params, copyAsNewInput)
  if (!input.ok) return refusal(input.error)
  const copied = await copyAsNew(input.value, user, context.deps)
  if (!copied.ok) return refusal(copied.error)
  return redirectSaying(
    context,
    paths.requestStep(copied.value.number, 'review'),
    `Request ${copied.value.number} is begun as a copy. It goes to nobody before it is submitted.`,
  )
}

export default function CopyAsNew() {
  const { number, groupName, why, commandId } = useLoaderData<typeof loader>()
  const refused = refusalOf(useActionData())
  const back = { to: paths.request(number), label: `Request ${number}` }
  return (
    <>
      <PageHead title={`Copy request ${number} as new`} back={back}>
        Group {groupName}
      </PageHead>
      {why === null ? (
        <CommandForm commandId={commandId} refusal={refused}>
          <p className="mb-5">A new draft with the same content and a new number. No decision is carried over.</p>
          <FormActions>
            <Submit>Copy as new</Submit>
            <ButtonLink to={back.to}>Cancel</ButtonLink>
          </FormActions>
        </CommandForm>
      ) : (
        <NotNow title="It cannot be copied" why={why} back={back} />
      )}
    </>
  )
}
