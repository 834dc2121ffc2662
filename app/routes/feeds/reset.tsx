import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { Radios, TextField } from '#app/components/fields.tsx'
import { NotNow } from '#app/components/not-now.tsx'
import { PageHead } from '#app/components/page.tsx'
import { ReasonForm } from '#app/components/reason-form.tsx'
import { refusalOf } from '#app/components/refusal.ts'
import { readForm } from '#app/http/forms.server.ts'
import { notFound, refusal } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { redirectSaying } from '#app/http/said.server.ts'
import { paths } from '#app/paths.ts'
import { isFeedId } from '#app/routes/params.ts'
import { feedResetInput, type ResetMode, takesReset } from '#domain/reference/feed-input.ts'
import { setFeedReset } from '#services/feed/set-feed-reset.ts'
import { findFeedPage } from '#views/feed/feed-page.ts'

export const meta = () => [{ title: 'When numbers start at 1 · Drop Copy Portal' }]

export { shouldRevalidate } from '#app/components/refusal.ts'

export async function loader({ params, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'feed:write')
  const { feedId } = params
  if (!isFeedId(feedId)) throw notFound()
  const feed = await context.read(user, (tx) => findFeedPage(tx, context.environment, feedId, context.deps.now()))
  if (!feed) throw notFound()
  const { id, version, isOpen, connection } = feed
  const reset = connection?.reset ?? 'never'
  const commandId = context.deps.newId()
  return { id, version, reset, mayReset: takesReset(isOpen, connection?.mode), commandId }
}

export async function action({ request, params, context }: ActionFunctionArgs) {
  const user = requireUser(context, 'feed:write')
  const input = await readForm(request, params, feedResetInput)
  if (!input.ok) return refusal(input.error)
  const done = await setFeedReset(input.value, user, context.deps)
  if (!done.ok) return refusal(done.error, input.typed)
  return redirectSaying(
    context,
    paths.feed(input.value.feedId),
    `The reset rule of feed ${input.value.feedId} is changed.`,
  )
}

const choices: { value: ResetMode; label: string; hint: string }[] = [
  {
    value: 'never',
    label: 'Never',
    hint: 'The numbers go on at every Logon. We ask the gateway for what it sent while the connection was away.',
  },
  {
    value: 'daily',
    label: 'Daily at a time',
    hint: 'Both directions start at 1 at a time at which the gateway does the same, without 141=Y. We ask for what it sent since then.',
  },
  {
    value: 'always',
    label: 'At every Logon',
    hint: 'Both directions start at 1 with 141=Y. What the gateway sent while the connection was away never comes.',
  },
]

export default function ResetFeed() {
  const { id, version, reset, mayReset, commandId } = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  const back = { to: paths.feed(id), label: `Feed ${id}` }
  const daily = typeof reset === 'object' ? reset : undefined
  return (
    <>
      <PageHead title={`When the numbers of ${id} start at 1`} back={back}>
        Choose what the gateway does. A session that is logged on stays so.
      </PageHead>
      {mayReset ? (
        <ReasonForm
          commandId={commandId}
          refusal={refusalOf(answer)}
          act="Publish"
          hint="The exchange’s audit trail keeps it."
          back={back.to}
        >
          <input type="hidden" name="version" value={version} />
          <Radios name="mode" legend="Reset" required chosen={[daily ? 'daily' : String(reset)]} choices={choices} />
          <TextField
            name="time"
            label="Time of day"
            hint="For a daily reset, such as 17:00: the gateway’s own time, or up to ten minutes from it"
            defaultValue={daily?.time ?? ''}
            maxLength={5}
          />
          <TextField
            name="zone"
            label="Time zone"
            hint="For a daily reset, such as America/Chicago"
            defaultValue={daily?.zone ?? ''}
            maxLength={64}
          />
        </ReasonForm>
      ) : (
        <NotNow
          title="This feed cannot be reset by a rule"
          why="Its gateway connects to us and decides itself, or the feed is closed."
          back={back}
        />
      )}
    </>
  )
}
