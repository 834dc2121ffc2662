import { type ActionFunctionArgs, data, type LoaderFunctionArgs } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { Copyable, CopyButton, Mono } from '#app/components/figures.tsx'
import { ButtonLink, Facts, Notice, PageHead } from '#app/components/page.tsx'
import { ReasonForm } from '#app/components/reason-form.tsx'
import { refusalOf } from '#app/components/refusal.ts'
import { readForm } from '#app/http/forms.server.ts'
import { refusal } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { targetCommandInput } from '#domain/group/input.ts'
import { type CreatedCredential, createCredential } from '#services/create-credential.ts'
import { clientCommand, loadTarget } from './load-target.server.ts'

export const meta = () => [{ title: 'Create password · Drop Copy Portal' }]

export { shouldRevalidate } from '#app/components/refusal.ts'

export async function loader({ params, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'credential:create')
  const target = await loadTarget(context, user, params.sessionId)
  const { sessionId, groupName, mayCreatePassword, credentials } = target
  const live = credentials?.filter((credential) => credential.revokedAt === null).length ?? 0
  const command = clientCommand(context, target)
  return { sessionId, groupName, mayCreatePassword, live, command, commandId: context.deps.newId() }
}

export async function action({ request, params, context }: ActionFunctionArgs) {
  const user = requireUser(context, 'credential:create')
  const input = await readForm(request, params, targetCommandInput)
  if (!input.ok) return refusal(input.error)
  const created = await createCredential(input.value, user, context.deps)
  if (!created.ok) return refusal(created.error, input.typed)
  return data({ created: created.value })
}

export default function CreatePassword() {
  const { sessionId, groupName, mayCreatePassword, live, command, commandId } = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  const back = { to: paths.target(sessionId), label: `Target ${sessionId}` }
  if (answer && 'created' in answer) return <Created created={answer.created} command={command} back={back} />
  return (
    <>
      <PageHead title={`Create a password for ${sessionId}`} back={back}>
        {live === 0
          ? `The client of group ${groupName} can log on as soon as the connector has it, a second or two later.`
          : 'The present password goes on working. Revoke it when the client uses the new one.'}
      </PageHead>
      {mayCreatePassword.may ? (
        <ReasonForm
          commandId={commandId}
          refusal={refusalOf(answer)}
          act="Create password"
          hint="Kept with the password’s fingerprint: “first connection”, “yearly change”."
          back={back.to}
        >
          <p className="mb-4 max-w-xl">
            The password is shown once, on the next page, and stored nowhere that anybody could read it. Keep it where
            your client takes it from. A lost one is replaced by creating another.
          </p>
        </ReasonForm>
      ) : (
        <Notice tone="amber" title="No password can be created now">
          {mayCreatePassword.why}
        </Notice>
      )}
    </>
  )
}

function Created({
  created,
  command,
  back,
}: {
  created: CreatedCredential
  command: string | null
  back: { to: string; label: string }
}) {
  if (created.secret === null)
    return (
      <>
        <PageHead title="The password was shown already" back={back} />
        <p className="mb-4 max-w-xl">
          This form was sent before and created password <Mono>{created.fingerprint}</Mono>, which was shown then. If
          nobody kept it, create another and revoke that one.
        </p>
        <ButtonLink to={back.to}>To the target</ButtonLink>
      </>
    )
  const file = `data:text/plain;charset=utf-8,${encodeURIComponent(`${created.sessionId} ${created.secret}\n`)}`
  return (
    <>
      <PageHead title={`Password for ${created.sessionId}`} back={back} />
      <Notice tone="amber" title="Shown once">
        Copy or download it now. This page cannot be opened again.
      </Notice>
      <Facts
        facts={[
          {
            term: 'Password: RawData (96)',
            value: <code className="mono text-head font-semibold break-all select-all">{created.secret}</code>,
          },
          { term: 'Its length: RawDataLength (95)', value: <Mono>{created.secret.length}</Mono> },
          { term: 'Fingerprint', value: <Mono>{created.fingerprint}</Mono> },
          command !== null && {
            term: 'To try it in a terminal',
            value: <Copyable text={command} label="the command" />,
          },
        ]}
      />
      <div className="mt-4 flex flex-wrap gap-3">
        <CopyButton text={created.secret} label="the password" large />
        <a href={file} download={`${created.sessionId}-password.txt`} className="button">
          Download
        </a>
        <ButtonLink to={back.to} kind="primary">
          I have kept it
        </ButtonLink>
      </div>
    </>
  )
}
