import type { ActionFunctionArgs, LoaderFunctionArgs } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { NotNow } from '#app/components/not-now.tsx'
import { Facts, PageHead } from '#app/components/page.tsx'
import { ReasonForm } from '#app/components/reason-form.tsx'
import { refusalOf } from '#app/components/refusal.ts'
import { Instant } from '#app/components/time.tsx'
import { readForm } from '#app/http/forms.server.ts'
import { movedOn, notFound, refusal } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { redirectSaying } from '#app/http/said.server.ts'
import { paths } from '#app/paths.ts'
import { isUuid } from '#app/routes/params.ts'
import { endContactInput } from '#domain/group/input.ts'
import { endContact } from '#services/group/end-contact.ts'
import { listGroupContacts } from '#views/group/group-overview.ts'
import { loadGroup } from './load-group.server.ts'

export const meta = () => [{ title: 'End a contact · Drop Copy Portal' }]

export { shouldRevalidate } from '#app/components/refusal.ts'

export async function loader({ params, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'contact:end')
  const { groupId, contactId } = params
  if (!isUuid(contactId)) throw notFound()
  const { group, shown: contacts } = await loadGroup(context, user, groupId, listGroupContacts)
  const contact = contacts.find((one) => one.id === contactId)
  const back = { to: paths.group(group.id), label: `Group ${group.name}` }
  if (!contact)
    throw movedOn({
      title: 'No contact any more',
      why: 'This person does not, or no longer, change the group for that clearing firm. Nothing is left to end.',
      back,
    })
  const others = contacts.filter((one) => one.id !== contactId)
  return {
    contact,
    back,
    ownerName: group.ownerName,
    /** the same person for other clearing firms, as far as the reader sees */
    staysFor: others.filter((one) => one.email === contact.email).map((one) => one.authorizedBy),
    /** null: the reader sees only those that their own firm authorized */
    left: group.otherSources === null ? others.length : null,
    commandId: context.deps.newId(),
  }
}

export async function action({ request, params, context }: ActionFunctionArgs) {
  const user = requireUser(context, 'contact:end')
  const input = await readForm(request, params, endContactInput)
  if (!input.ok) return refusal(input.error)
  const ended = await endContact(input.value, user, context.deps)
  if (!ended.ok) return refusal(ended.error, input.typed)
  return redirectSaying(context, paths.group(ended.value.groupId), 'The authorization has ended.')
}

export default function EndContact() {
  const { contact, back, ownerName, staysFor, left, commandId } = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  const { name, authorizedBy } = contact
  return (
    <>
      <PageHead title={`End ${name}’s authority`} back={back} />
      {contact.mayEnd ? (
        <>
          <div className="mb-5 max-w-xl">
            <Facts
              facts={[
                { term: 'E-mail', value: contact.email },
                { term: 'Authorized by', value: authorizedBy },
                { term: 'Since', value: <Instant at={contact.since} precision="min" /> },
              ]}
            />
          </div>
          <ul className="mb-5 max-w-xl list-disc space-y-1 pl-5">
            <li>
              From now on {name} cannot submit a change of this group for {authorizedBy}
              {staysFor.length > 0 && `; for ${staysFor.join(' and ')} they still can`}.
            </li>
            <li>Every consent stands and copies go on: nothing stops flowing. What {name} submitted stands too.</li>
            {left === 0 && (
              <li>
                Nobody else is a contact of this group: until one is named, a signatory of a clearing firm that
                guarantees a session of it submits its changes.
              </li>
            )}
            <li>
              {ownerName}, {authorizedBy} and the exchange read of it, with your reason. Naming {name} anew takes a
              request.
            </li>
          </ul>
          <ReasonForm
            commandId={commandId}
            refusal={refusalOf(answer)}
            act="End authority"
            danger
            hint={`${ownerName}, ${authorizedBy} and the exchange read it.`}
            back={back.to}
          />
        </>
      ) : (
        <NotNow
          title="You cannot end this contact"
          why={`A signatory of ${authorizedBy}, a requester or another contact of ${ownerName}, and operations of the exchange can.`}
          back={back}
        />
      )}
    </>
  )
}
