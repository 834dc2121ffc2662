import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { NotNow } from '#app/components/not-now.tsx'
import { PageHead } from '#app/components/page.tsx'
import { ReasonForm } from '#app/components/reason-form.tsx'
import { refusalOf } from '#app/components/refusal.ts'
import { readForm } from '#app/http/forms.server.ts'
import { refusal } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { redirectSaying } from '#app/http/said.server.ts'
import { paths } from '#app/paths.ts'
import { failOverInput } from '#domain/group/input.ts'
import { failOverTarget } from '#services/target/fail-over-target.ts'
import { loadTarget } from './load-target.server.ts'

export const meta = () => [{ title: 'Fail over target · Drop Copy Portal' }]

export { shouldRevalidate } from '#app/components/refusal.ts'

export async function loader({ params, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'target:fail-over')
  const { sessionId, groupName, mayFailOver, failOver } = await loadTarget(context, user, params.sessionId)
  return { sessionId, groupName, mayFailOver, failOver, commandId: context.deps.newId() }
}

export async function action({ request, params, context }: ActionFunctionArgs) {
  const user = requireUser(context, 'target:fail-over')
  const input = await readForm(request, params, failOverInput)
  if (!input.ok) return refusal(input.error)
  const done = await failOverTarget(input.value, user, context.deps)
  if (!done.ok) return refusal(done.error, input.typed)
  const { sessionId, to } = input.value
  return redirectSaying(context, paths.target(sessionId), `Target ${sessionId} is to be served on its ${to} address.`)
}

export default function FailOverTarget() {
  const { sessionId, groupName, mayFailOver, failOver, commandId } = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  const back = { to: paths.target(sessionId), label: `Target ${sessionId}` }
  return (
    <>
      <PageHead title={`Fail ${sessionId} over to its ${failOver.to} address`} back={back}>
        Group {groupName}
      </PageHead>
      {mayFailOver.may ? (
        <>
          <ul className="mb-5 max-w-xl list-disc space-y-1 pl-5">
            {failOver.consequence.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
            <li>Going back takes another failover, which a person decides.</li>
          </ul>
          <ReasonForm
            commandId={commandId}
            refusal={refusalOf(answer)}
            act="Fail over"
            danger
            hint="The group’s owner and the exchange read it."
            back={back.to}
          >
            <input type="hidden" name="to" value={failOver.to} />
          </ReasonForm>
        </>
      ) : (
        <NotNow title="This target cannot be failed over now" why={mayFailOver.why ?? ''} back={back} />
      )}
    </>
  )
}
