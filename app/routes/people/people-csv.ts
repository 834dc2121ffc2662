import type { LoaderFunctionArgs } from '@remix-run/node'
import { csvBatch, csvResponse } from '#app/http/csv.server.ts'
import { nothingToSend } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { readAsked } from '#domain/list/ask.ts'
import { peopleList } from '#domain/people/people-list.ts'
import { type ListedPerson, listPeopleAsked } from '#views/people/people-page.ts'

/** The list of people as a file, filtered and sorted like the page. */
export function loader({ request, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'people:read')
  const asked = readAsked(new URL(request.url).searchParams, peopleList)
  const now = context.deps.now()
  return csvResponse<ListedPerson>(
    { name: 'people', at: now },
    [
      { name: 'person_id', value: (person) => person.userId },
      { name: 'name', value: (person) => person.name },
      { name: 'email', value: (person) => person.email },
      { name: 'firm', value: (person) => person.firmName },
      { name: 'roles', value: (person) => person.roles.join(' ') },
      { name: 'state', value: (person) => (person.isActive ? 'active' : 'disabled') },
      { name: 'link_until', value: (person) => person.linkUntil },
    ],
    (from) => context.read(user, (tx) => listPeopleAsked(tx, user, { ...asked, from }, csvBatch, now)),
  )
}

export const action = nothingToSend
