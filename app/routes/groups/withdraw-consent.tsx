import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { Checkboxes, Radios } from '#app/components/fields.tsx'
import { Mono } from '#app/components/figures.tsx'
import { plural } from '#app/components/format.ts'
import { NotNow } from '#app/components/not-now.tsx'
import { PageHead } from '#app/components/page.tsx'
import { ReasonForm } from '#app/components/reason-form.tsx'
import { refusalOf } from '#app/components/refusal.ts'
import { readForm } from '#app/http/forms.server.ts'
import { refusal } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { redirectSaying } from '#app/http/said.server.ts'
import { paths } from '#app/paths.ts'
import { writeCount } from '#domain/figures.ts'
import { withdrawConsentInput } from '#domain/group/input.ts'
import { withdrawConsent } from '#services/group/withdraw-consent.ts'
import { listGroupSources, listWithdrawable } from '#views/group/group-sources.ts'
import { loadGroup } from './load-group.server.ts'

export const meta = () => [{ title: 'Withdraw consent · Drop Copy Portal' }]

export { shouldRevalidate } from '#app/components/refusal.ts'

export async function loader({ params, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'consent:withdraw')
  const { group, shown } = await loadGroup(context, user, params.groupId, async (tx, opened) => ({
    withdrawable: await listWithdrawable(tx, opened),
    ...(await listGroupSources(tx, opened)),
  }))
  return {
    id: group.id,
    name: group.name,
    ownerName: group.ownerName,
    firmName: user.firmName,
    sources: shown.sources.filter((source) => shown.withdrawable.includes(source.name)),
    commandId: context.deps.newId(),
  }
}

export async function action({ request, params, context }: ActionFunctionArgs) {
  const user = requireUser(context, 'consent:withdraw')
  const input = await readForm(request, params, withdrawConsentInput)
  if (!input.ok) return refusal(input.error)
  const withdrawn = await withdrawConsent(input.value, user, context.deps)
  if (!withdrawn.ok) return refusal(withdrawn.error, input.typed)
  return redirectSaying(
    context,
    paths.groupSources(input.value.groupId),
    `Your firm’s consent is withdrawn for ${plural(input.value.sources.length, 'source session')}.`,
  )
}

export default function WithdrawConsent() {
  const { id, name, ownerName, firmName, sources, commandId } = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  const back = { to: paths.groupSources(id), label: `Group ${name}` }
  return (
    <>
      <PageHead title={`Withdraw ${firmName}’s consent`} back={back}>
        Group {name} of {ownerName}
      </PageHead>
      {sources.length === 0 ? (
        <NotNow
          title="There is nothing to withdraw"
          why={`${firmName} has no consent in force in this group.`}
          back={back}
        />
      ) : (
        <>
          <ul className="mb-5 max-w-xl list-disc space-y-1 pl-5">
            <li>The sessions you choose leave the group at once; no further copy of theirs is made for it.</li>
            <li>{ownerName} and the exchange are told, with your reason.</li>
            <li>Going back needs a new request, or a new signature.</li>
          </ul>
          <ReasonForm
            commandId={commandId}
            refusal={refusalOf(answer)}
            act="Withdraw consent"
            danger
            hint={`${ownerName} and the exchange read it.`}
            back={back.to}
          >
            <Checkboxes
              name="sources[]"
              legend="Sessions"
              choices={sources.map((source) => ({
                value: source.name,
                label: <Mono>{source.name}</Mono>,
                hint: `${plural(source.ledger.delivered, 'copy', 'copies')} delivered this week, ${writeCount(source.ledger.waiting + source.ledger.held)} waiting or held`,
              }))}
            />
            <Radios
              name="mode"
              legend="What was sent before"
              required
              chosen={['from-now-on']}
              choices={[
                {
                  value: 'from-now-on',
                  label: 'From now on',
                  hint: 'Copies made before stay within reach: held ones still go out, and a resend may ask for them.',
                },
                {
                  value: 'nothing-again',
                  label: 'And nothing again',
                  hint: 'Held copies are not sent, and a resend answers with a gap where they were.',
                },
              ]}
            />
          </ReasonForm>
        </>
      )}
    </>
  )
}
