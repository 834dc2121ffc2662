import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { Mono } from '#app/components/figures.tsx'
import { formatDay } from '#app/components/format.ts'
import { NotNow } from '#app/components/not-now.tsx'
import { Facts, PageHead } from '#app/components/page.tsx'
import { ReasonForm } from '#app/components/reason-form.tsx'
import { refusalOf } from '#app/components/refusal.ts'
import { Instant } from '#app/components/time.tsx'
import { readForm } from '#app/http/forms.server.ts'
import { notFound, refusal } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { redirectSaying } from '#app/http/said.server.ts'
import { paths } from '#app/paths.ts'
import { credentialName } from '#app/routes/names.ts'
import { isSessionId } from '#app/routes/params.ts'
import { revokeCredentialInput } from '#domain/group/input.ts'
import { revokeCredential } from '#services/target/revoke-credential.ts'
import { loadTarget } from './load-target.server.ts'

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `Revoke ${data?.name ?? 'credential'} · Drop Copy Portal` },
]

export { shouldRevalidate } from '#app/components/refusal.ts'

export async function loader({ params, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'credential:revoke')
  const target = await loadTarget(context, user, params.sessionId)
  const credential = target.credentials?.find((row) => row.id === params.credentialId)
  if (!credential) throw notFound()
  const other = target.credentials?.find((row) => row.isLive && row.id !== credential.id)
  return {
    sessionId: target.sessionId,
    credential,
    name: credentialName(credential.kind === 'hmac' ? 'dc4' : 'classic'),
    other: other && { expiresAt: other.expiresAt },
    commandId: context.deps.newId(),
  }
}

export async function action({ request, params, context }: ActionFunctionArgs) {
  const user = requireUser(context, 'credential:revoke')
  if (!isSessionId(params.sessionId)) throw notFound()
  const input = await readForm(request, params, revokeCredentialInput)
  if (!input.ok) return refusal(input.error)
  const revoked = await revokeCredential(input.value, user, context.deps)
  if (!revoked.ok) return refusal(revoked.error, input.typed)
  return redirectSaying(
    context,
    paths.target(params.sessionId),
    'The credential is revoked: it opens no session any more.',
  )
}

export default function RevokeCredential() {
  const { sessionId, credential, name, other, commandId } = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  const back = { to: paths.target(sessionId), label: `Target ${sessionId}` }
  return (
    <>
      <PageHead title={`Revoke ${name} ${credential.fingerprint}`} back={back} />
      <div className="mb-5 max-w-xl">
        <Facts
          facts={[
            { term: 'Created by', value: credential.createdBy },
            { term: 'Created', value: <Instant at={credential.createdAt} precision="min" /> },
            {
              term: 'Last logon with it',
              value: credential.lastUsedAt ? <Instant at={credential.lastUsedAt} /> : 'never',
            },
            { term: name === 'password' ? 'Fingerprint' : 'Access key', value: <Mono>{credential.fingerprint}</Mono> },
          ]}
        />
      </div>
      {!credential.mayRevoke.may ? (
        <NotNow title={`This ${name} cannot be revoked`} why={credential.mayRevoke.why ?? ''} back={back} />
      ) : (
        <>
          <p className="mb-5 max-w-xl">
            It stops working at once; a session opened with it ends.{' '}
            {other
              ? `Another ${name} of this target goes on working${other.expiresAt ? `, until ${formatDay(new Date(other.expiresAt))}` : ''}.`
              : 'It is the only one. No client can log on until another is created, and copies wait meanwhile.'}
          </p>
          <ReasonForm
            commandId={commandId}
            refusal={refusalOf(answer)}
            act={`Revoke ${name}`}
            danger
            hint={name === 'password' ? 'Kept with the password’s fingerprint.' : 'Kept with the access key’s id.'}
            back={back.to}
          />
        </>
      )}
    </>
  )
}
