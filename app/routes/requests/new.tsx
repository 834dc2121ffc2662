import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { Select } from '#app/components/fields.tsx'
import { CommandForm, FormActions, Submit } from '#app/components/form.tsx'
import { PageHead } from '#app/components/page.tsx'
import { refusalOf } from '#app/components/refusal.ts'
import type { RequestContext, SignedInUser } from '#app/http/context.ts'
import { readForm } from '#app/http/forms.server.ts'
import { notFound, refusal } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { redirectSaying } from '#app/http/said.server.ts'
import { paths } from '#app/paths.ts'
import { isUuid } from '#app/routes/params.ts'
import { startRequestInput } from '#domain/request/command-input.ts'
import { steps } from '#domain/request/steps.ts'
import { startRequest } from '#services/request/start-request.ts'
import { findGroupHead } from '#views/group/group-page.ts'
import { listFirmsToWriteFor } from '#views/people/firms-page.ts'
import { firstStep } from './request-steps.ts'

export const meta = () => [{ title: 'New request · Drop Copy Portal' }]

export async function loader({ request, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'request:draft')
  const groupId = new URL(request.url).searchParams.get('group') ?? undefined
  const start = { environment: context.environment, commandId: context.deps.newId(), otherId: context.deps.newId() }
  if (groupId === undefined) return { ...start, group: undefined, owners: await ownersFor(context, user) }
  if (!isUuid(groupId)) throw notFound()
  const group = await context.read(user, (tx) => findGroupHead(tx, user, groupId, context.deps.now()))
  if (!group) throw notFound()
  return { ...start, group: { id: group.id, name: group.name }, owners: [] }
}

/** The firms on whose behalf somebody of the exchange may write; a firm writes for itself. */
async function ownersFor(context: RequestContext, user: SignedInUser): Promise<{ id: string; name: string }[]> {
  if (!user.isExchange) return []
  return context.read(user, (tx) => listFirmsToWriteFor(tx))
}

export async function action({ request, params, context }: ActionFunctionArgs) {
  const user = requireUser(context, 'request:draft')
  const input = await readForm(request, params, startRequestInput)
  if (!input.ok) return refusal(input.error)
  const started = await startRequest(input.value, user, context.deps)
  if (!started.ok) return refusal(started.error, input.typed)
  const { number } = started.value
  return redirectSaying(
    context,
    paths.requestStep(number, firstStep(input.value.kind)),
    `Request ${number} is begun. It goes to nobody before it is submitted.`,
  )
}

export default function NewRequest() {
  const { group, owners, environment, commandId, otherId } = useLoaderData<typeof loader>()
  const refused = refusalOf(useActionData())
  if (group)
    return (
      <>
        <PageHead title={`Change ${group.name}`} back={{ to: paths.group(group.id), label: `Group ${group.name}` }}>
          Anyone at the owner can write the request. An authorized contact of the group submits it.
        </PageHead>
        <CommandForm commandId={commandId} refusal={refused}>
          <input type="hidden" name="environment" value={environment} />
          <input type="hidden" name="groupId" value={group.id} />
          <FormActions>
            <Submit name="kind" value="change">
              Change sources, messages or contacts
            </Submit>
          </FormActions>
        </CommandForm>
        <CommandForm commandId={otherId} refusal={undefined}>
          <input type="hidden" name="environment" value={environment} />
          <input type="hidden" name="groupId" value={group.id} />
          <FormActions>
            <Submit name="kind" value="close" kind="plain">
              Close the group
            </Submit>
          </FormActions>
        </CommandForm>
      </>
    )
  return (
    <>
      <PageHead title="Ask for a Drop Copy Group" back={{ to: paths.requests(), label: 'Requests' }}>
        Schedule 12, in four steps. Each step saves; nothing is sent before you have read the whole of it.
      </PageHead>
      <ol className="mb-6 max-w-xl list-decimal space-y-1 pl-5">
        {steps.map((step) => (
          <li key={step.id}>
            <span className="font-medium">{step.title}</span>: {about[step.id]}
          </li>
        ))}
      </ol>
      <CommandForm commandId={commandId} refusal={refused}>
        <input type="hidden" name="environment" value={environment} />
        {owners.length > 0 && (
          <Select
            name="ownerId"
            label="On behalf of"
            hint="You need a paper that the firm has signed before this can be submitted, and another Global Account Manager approves it."
            required
            defaultValue=""
          >
            <option value="" disabled>
              Choose the firm
            </option>
            {owners.map((firm) => (
              <option key={firm.id} value={firm.id}>
                {firm.name}
              </option>
            ))}
          </Select>
        )}
        <FormActions>
          <Submit name="kind" value="new-group">
            Start
          </Submit>
        </FormActions>
      </CommandForm>
    </>
  )
}

const about: Record<(typeof steps)[number]['id'], string> = {
  group: 'what it is called, and who pays.',
  sources: 'which order-entry sessions are copied, and which of their messages.',
  people: 'who may change the group later, and from where your client connects.',
  review: 'the sheet that the clearing firms and the exchange read, and your signature.',
}
