import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
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
import { targetCommandInput } from '#domain/group/input.ts'
import { keptWords } from '#domain/status/state.ts'
import { pauseTarget } from '#services/target/pause-target.ts'
import { loadTarget } from './load-target.server.ts'

export const meta = () => [{ title: 'Pause target · Drop Copy Portal' }]

export { shouldRevalidate } from '#app/components/refusal.ts'

export async function loader({ params, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'target:pause')
  const { sessionId, groupName, mayPause, ledger, sources, delivery } = await loadTarget(
    context,
    user,
    params.sessionId,
  )
  return {
    sessionId,
    groupName,
    mayPause,
    sources: sources.length,
    kept: keptWords(ledger),
    isLoggedOn: delivery.word !== 'Waiting for them',
    commandId: context.deps.newId(),
  }
}

export async function action({ request, params, context }: ActionFunctionArgs) {
  const user = requireUser(context, 'target:pause')
  const input = await readForm(request, params, targetCommandInput)
  if (!input.ok) return refusal(input.error)
  const paused = await pauseTarget(input.value, user, context.deps)
  if (!paused.ok) return refusal(paused.error, input.typed)
  return redirectSaying(context, paths.target(input.value.sessionId), `Target ${input.value.sessionId} is paused.`)
}

export default function PauseTarget() {
  const { sessionId, groupName, mayPause, sources, kept, isLoggedOn, commandId } = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  const back = { to: paths.target(sessionId), label: `Target ${sessionId}` }
  return (
    <>
      <PageHead title={`Pause ${sessionId}`} back={back}>
        Group {groupName}
      </PageHead>
      {mayPause.may ? (
        <>
          <ul className="mb-5 max-w-xl list-disc space-y-1 pl-5">
            <li>
              Copies of {plural(sources, 'source session')} stop going out on this target, at once.
              {isLoggedOn && ' Its client is logged out.'}
            </li>
            <li>None is lost. {kept} now; every later copy waits until the target is resumed.</li>
            <li>Logons are refused: “Session is paused.” The reason you give here stands on the target’s page.</li>
            <li>You, and operations of the exchange, can resume it.</li>
          </ul>
          <ReasonForm
            commandId={commandId}
            refusal={refusalOf(answer)}
            act="Pause"
            danger
            hint="The group’s owner and the exchange read it."
            back={back.to}
          />
        </>
      ) : (
        <NotNow title="This target cannot be paused now" why={mayPause.why ?? ''} back={back} />
      )}
    </>
  )
}
