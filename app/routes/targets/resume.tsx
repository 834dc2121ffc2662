import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { plural } from '#app/components/format.ts'
import { NotNow } from '#app/components/not-now.tsx'
import { Notice, PageHead } from '#app/components/page.tsx'
import { ReasonForm } from '#app/components/reason-form.tsx'
import { refusalOf } from '#app/components/refusal.ts'
import { readForm } from '#app/http/forms.server.ts'
import { refusal } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { redirectSaying } from '#app/http/said.server.ts'
import { paths } from '#app/paths.ts'
import { targetCommandInput } from '#domain/group/input.ts'
import { resumeTarget } from '#services/target/resume-target.ts'
import { loadTarget } from './load-target.server.ts'

export const meta = () => [{ title: 'Resume target · Drop Copy Portal' }]

export { shouldRevalidate } from '#app/components/refusal.ts'

export async function loader({ params, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'target:pause')
  const target = await loadTarget(context, user, params.sessionId)
  const { sessionId, groupName, mayResume, ledger, pausedBy, pauseReason } = target
  const commandId = context.deps.newId()
  return { sessionId, groupName, mayResume, pausedBy, pauseReason, waiting: ledger.waiting, commandId }
}

export async function action({ request, params, context }: ActionFunctionArgs) {
  const user = requireUser(context, 'target:pause')
  const input = await readForm(request, params, targetCommandInput)
  if (!input.ok) return refusal(input.error)
  const resumed = await resumeTarget(input.value, user, context.deps)
  if (!resumed.ok) return refusal(resumed.error, input.typed)
  return redirectSaying(context, paths.target(input.value.sessionId), `Target ${input.value.sessionId} is resumed.`)
}

export default function ResumeTarget() {
  const { sessionId, groupName, mayResume, pausedBy, pauseReason, waiting, commandId } = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  const back = { to: paths.target(sessionId), label: `Target ${sessionId}` }
  return (
    <>
      <PageHead title={`Resume ${sessionId}`} back={back}>
        Group {groupName}
      </PageHead>
      {pausedBy && <Notice title={`Paused by ${pausedBy}`}>{pauseReason}</Notice>}
      {mayResume.may ? (
        <>
          <p className="mb-5 max-w-xl">
            Logons are accepted again.{' '}
            {waiting === 0
              ? 'No copy waits.'
              : `${plural(waiting, 'waiting copy goes', 'waiting copies go')} out when the client logs on.`}
          </p>
          <ReasonForm
            commandId={commandId}
            refusal={refusalOf(answer)}
            act="Resume"
            hint="The group’s owner and the exchange read it."
            back={back.to}
          />
        </>
      ) : (
        <NotNow title="You cannot resume this target" why={mayResume.why ?? ''} back={back} />
      )}
    </>
  )
}
