import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { FileField } from '#app/components/fields.tsx'
import { CommandForm, FormActions, Submit } from '#app/components/form.tsx'
import { NotNow } from '#app/components/not-now.tsx'
import { ButtonLink, PageHead, Section } from '#app/components/page.tsx'
import { refusalOf } from '#app/components/refusal.ts'
import { readUpload } from '#app/http/forms.server.ts'
import { refusal } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { redirectSaying } from '#app/http/said.server.ts'
import { paths } from '#app/paths.ts'
import { draftCommandInput } from '#domain/request/command-input.ts'
import { paperLimit } from '#domain/request/paper.ts'
import { attachPaper, removePaper } from '#services/request/attach-paper.ts'
import { loadDraft } from './load-request.server.ts'
import { PaperFacts } from './paper-facts.tsx'
import { groupNameOf } from './request-steps.ts'

export const meta = () => [{ title: 'Paper of a request · Drop Copy Portal' }]

export { shouldRevalidate } from '#app/components/refusal.ts'

export async function loader({ params, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'request:decide-as-exchange')
  const draft = await loadDraft(context, user, params.number, 'save')
  const { number, version, paper, onBehalf, ownerName } = draft
  const ids = { commandId: context.deps.newId(), otherId: context.deps.newId() }
  return { number, version, paper, onBehalf, ownerName, groupName: groupNameOf(draft), ...ids }
}

export async function action({ request, params, context }: ActionFunctionArgs) {
  const user = requireUser(context, 'request:decide-as-exchange')
  const { input, file, intent } = await readUpload(request, params, draftCommandInput, 'file')
  if (!input.ok) return refusal(input.error)
  const nothing = { name: '', content: new Uint8Array() }
  const done =
    intent === 'remove'
      ? await removePaper(input.value, user, context.deps)
      : await attachPaper(input.value, file ?? nothing, user, context.deps)
  if (!done.ok) return refusal(done.error)
  return redirectSaying(
    context,
    paths.requestStep(done.value.number, 'review'),
    intent === 'remove' ? 'The paper is removed.' : 'The paper is attached.',
  )
}

export default function Paper() {
  const { number, version, paper, onBehalf, ownerName, groupName, commandId, otherId } = useLoaderData<typeof loader>()
  const refused = refusalOf(useActionData<typeof action>())
  const back = { to: paths.requestStep(number, 'review'), label: `Request ${number}` }
  if (!onBehalf) {
    const why = `${ownerName} wrote this request itself, and signs it here.`
    return <NotNow title="It takes no paper" why={why} back={back} />
  }
  return (
    <>
      <PageHead title={`Paper of request ${number}`} back={{ to: back.to, label: groupName || back.label }}>
        Entered on behalf of {ownerName}. Every party is shown the name and the digest of what {ownerName} has signed;{' '}
        {ownerName} and the exchange can download it.
      </PageHead>
      {paper && (
        <Section title="Attached">
          <PaperFacts paper={paper} number={number} />
          <CommandForm commandId={otherId}>
            <input type="hidden" name="version" value={version} />
            <FormActions>
              <Submit kind="plain" name="intent" value="remove">
                Remove it
              </Submit>
            </FormActions>
          </CommandForm>
        </Section>
      )}
      <Section title={paper ? 'Attach another in its place' : 'Attach'}>
        <CommandForm commandId={commandId} refusal={refused} encType="multipart/form-data">
          <input type="hidden" name="version" value={version} />
          <FileField
            name="file"
            label="File"
            hint="A PDF, a PNG or JPEG image, or plain text; at most 4 MB. Once submitted it is kept and cannot be changed."
            accept=".pdf,.png,.jpg,.jpeg,.txt"
            maxBytes={paperLimit}
          />
          <FormActions>
            <Submit name="intent" value="attach" busyWord="Sending …">
              Attach
            </Submit>
            <ButtonLink to={back.to}>Cancel</ButtonLink>
          </FormActions>
        </CommandForm>
      </Section>
    </>
  )
}
