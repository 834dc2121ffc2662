import { type ActionFunctionArgs, data, type LoaderFunctionArgs, type MetaFunction } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { Copyable, CopyButton, Mono } from '#app/components/figures.tsx'
import { formatDay } from '#app/components/format.ts'
import { NotNow } from '#app/components/not-now.tsx'
import { ButtonLink, Facts, Notice, PageHead } from '#app/components/page.tsx'
import { ReasonForm } from '#app/components/reason-form.tsx'
import { refusalOf } from '#app/components/refusal.ts'
import { commandLine } from '#app/http/command-line.server.ts'
import { readForm } from '#app/http/forms.server.ts'
import { refusal } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { credentialName, keyFile } from '#app/routes/names.ts'
import { expiryBeside } from '#domain/credential/rotation.ts'
import { targetCommandInput } from '#domain/group/input.ts'
import { type CreatedCredential, createCredential } from '#services/target/create-credential.ts'
import { clientCommand } from './client-command.ts'
import { loadTarget } from './load-target.server.ts'

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `Create ${data?.name ?? 'credential'} · Drop Copy Portal` },
]

export { shouldRevalidate } from '#app/components/refusal.ts'

export async function loader({ params, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'credential:create')
  const target = await loadTarget(context, user, params.sessionId)
  const { sessionId, groupName, mayCreatePassword, credentials } = target
  const name = credentialName(target.protocol)
  const present = credentials?.find((credential) => credential.isLive)
  const older = present && {
    fingerprint: present.fingerprint,
    expiresAt: present.kind === 'hmac' ? expiryBeside(present, context.deps.now()) : null,
  }
  return { sessionId, groupName, name, mayCreatePassword, older, commandId: context.deps.newId() }
}

export async function action({ request, params, context }: ActionFunctionArgs) {
  const user = requireUser(context, 'credential:create')
  const input = await readForm(request, params, targetCommandInput)
  if (!input.ok) return refusal(input.error)
  const created = await createCredential(input.value, user, context.deps)
  if (!created.ok) return refusal(created.error, input.typed)
  const target = await loadTarget(context, user, created.value.sessionId)
  const command = clientCommand(context.mode === 'sandbox' ? commandLine : null, target)
  return data({ created: created.value, command })
}

export default function CreatePassword() {
  const { sessionId, groupName, name, mayCreatePassword, older, commandId } = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  const back = { to: paths.target(sessionId), label: `Target ${sessionId}` }
  if (answer && 'created' in answer) return <Created created={answer.created} command={answer.command} back={back} />
  return (
    <>
      <PageHead title={`Create ${name === 'password' ? 'a password' : 'an access key'} for ${sessionId}`} back={back}>
        {older
          ? older.expiresAt
            ? `Access key ${older.fingerprint} goes on working for four weeks and expires ${formatDay(new Date(older.expiresAt))}. The client has to use the new one by then.`
            : `The present ${name} goes on working. Revoke it when the client uses the new one.`
          : `The client of group ${groupName} can log on as soon as the connector has it, a second or two later.`}
      </PageHead>
      {mayCreatePassword.may ? (
        <ReasonForm
          commandId={commandId}
          refusal={refusalOf(answer)}
          act={`Create ${name}`}
          hint={`Kept with the ${name === 'password' ? 'password’s fingerprint' : 'access key’s id'}: “first connection”, “yearly change”.`}
          back={back.to}
        >
          <p className="mb-4 max-w-xl">
            {name === 'password'
              ? 'The password is shown once, on the next page, and is not stored in a form that can be read.'
              : 'The secret key is shown once, on the next page, and kept sealed: only the connector reads it again.'}{' '}
            Keep it where your client takes it from. A lost one is replaced by creating another.
          </p>
        </ReasonForm>
      ) : (
        <NotNow title={`No ${name} can be created now`} why={mayCreatePassword.why ?? ''} back={back} />
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
  const isKey = created.kind === 'hmac'
  const name = isKey ? 'access key' : 'password'
  if (created.secret === null)
    return (
      <>
        <PageHead title={`The ${isKey ? 'secret key' : 'password'} was shown already`} back={back} />
        <p className="mb-4 max-w-xl">
          This form was sent before and created {name} <Mono>{created.fingerprint}</Mono>, which was shown then. If it
          was not kept, create another and revoke that one.
        </p>
        <ButtonLink to={back.to}>To the target</ButtonLink>
      </>
    )
  const text = isKey ? `${created.secret}\n` : `${created.sessionId} ${created.secret}\n`
  const file = `data:text/plain;charset=utf-8,${encodeURIComponent(text)}`
  const fileName = isKey ? keyFile(created.fingerprint) : `${created.sessionId}-password.txt`
  const secret = <code className="mono text-head font-semibold break-all select-all">{created.secret}</code>
  return (
    <>
      <PageHead title={`${isKey ? 'Access key' : 'Password'} for ${created.sessionId}`} back={back} />
      <div data-shown-once>
        <Notice tone="amber" title="Shown once">
          Copy or download it now. This page cannot be opened again.
        </Notice>
      </div>
      <Facts
        facts={[
          isKey && {
            term: 'Access key: EncodedText (355)',
            value: <Copyable text={created.fingerprint} label="the access key" />,
          },
          isKey && { term: 'Its length: EncodedTextLen (354)', value: <Mono>{created.fingerprint.length}</Mono> },
          { term: isKey ? 'Secret key, never sent' : 'Password: RawData (96)', value: secret },
          isKey
            ? { term: 'Signature: 1400, 1401, 1402', value: <Mono>CME-1-SHA-256</Mono> }
            : { term: 'Its length: RawDataLength (95)', value: <Mono>{created.secret.length}</Mono> },
          !isKey && { term: 'Fingerprint', value: <Mono>{created.fingerprint}</Mono> },
          command !== null && {
            term: isKey ? 'To try it in a terminal, beside the file' : 'To try it in a terminal',
            value: <Copyable text={command} label="the command" />,
          },
        ]}
      />
      <div className="mt-4 flex flex-wrap gap-3">
        <CopyButton text={created.secret} label={isKey ? 'the secret key' : 'the password'} large />
        <a href={file} download={fileName} className="button">
          Download
        </a>
        <ButtonLink to={back.to} kind="primary">
          I have kept it
        </ButtonLink>
      </div>
    </>
  )
}
