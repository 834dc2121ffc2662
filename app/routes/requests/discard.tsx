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
import { draftCommandInput } from '#domain/request/command-input.ts'
import { discardDraft } from '#services/request/discard-draft.ts'
import { loadDraft } from './load-request.server.ts'
import { groupNameOf } from './request-steps.ts'

export const meta = () => [{ title: 'Discard draft · Drop Copy Portal' }]

export { shouldRevalidate } from '#app/components/refusal.ts'

export async function loader({ params, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'request:draft')
  const draft = await loadDraft(context, user, params.number, 'discard')
  const { number, version, discard, state } = draft
  const why = discard.may ? null : (discard.why ?? whyBarred('discard', state))
  return { number, groupName: groupNameOf(draft), version, why, commandId: context.deps.newId() }
}

export async function action({ request, params, context }: ActionFunctionArgs) {
  const user = requireUser(context, 'request:draft')
  const input = await readForm(request, params, draftCommandInput)
  if (!input.ok) return refusal(input.error)
  const discarded = await discardDraft(input.value, user, context.deps)
  if (!discarded.ok) return refusal(discarded.error)
  return redirectSaying(context, paths.requests(), 'The draft is discarded.')
}

export default function DiscardDraft() {
  const { number, groupName, version, why, commandId } = useLoaderData<typeof loader>()
  const refused = refusalOf(useActionData())
  const back = { to: paths.requestStep(number, 'review'), label: `Request ${number}` }
  return (
    <>
      <PageHead title={`Discard draft ${number}`} back={{ to: back.to, label: groupName || back.label }} />
      {why === null ? (
        <CommandForm commandId={commandId} refusal={refused}>
          <input type="hidden" name="version" value={version} />
          <p className="mb-5">The draft is deleted for good. It was never sent.</p>
          <FormActions>
            <Submit kind="danger">Discard the draft</Submit>
            <ButtonLink to={back.to}>Keep it</ButtonLink>
          </FormActions>
        </CommandForm>
      ) : (
        <NotNow title="It cannot be discarded" why={why} back={back} />
      )}
    </>
  )
}
