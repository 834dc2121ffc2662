import type { LoaderFunctionArgs } from '@remix-run/node'
import { csvBatch, csvResponse } from '#app/http/csv.server.ts'
import { nothingToSend } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { findRequestsAsked, listRequestsAsked } from '#views/request/request-list.ts'
import type { RequestRow } from '#views/request/request-view.ts'

/** The list of requests as a file, filtered and sorted like the page. */
export async function loader({ request, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'request:read')
  const { environment, publicUrl } = context
  const params = new URL(request.url).searchParams
  const asked = await context.read(user, (tx) => findRequestsAsked(tx, user, environment, params))
  return csvResponse<RequestRow>(
    { name: 'requests', at: context.deps.now() },
    [
      { name: 'number', value: (row) => row.number },
      { name: 'kind', value: (row) => row.kind },
      { name: 'state', value: (row) => row.state },
      { name: 'state_since', value: (row) => row.stateAt },
      { name: 'group', value: (row) => row.groupName },
      { name: 'owner', value: (row) => row.ownerName },
      { name: 'asked_of_you', value: (row) => row.asked },
      { name: 'submitted_at', value: (row) => row.submittedAt },
      { name: 'submitted_by', value: (row) => row.submittedBy },
      { name: 'waits_for_you', value: (row) => row.waitsForMe },
      { name: 'address', value: (row) => publicUrl + paths.request(row.number) },
    ],
    (from) => context.read(user, (tx) => listRequestsAsked(tx, user, environment, { ...asked, from }, csvBatch)),
  )
}

export const action = nothingToSend
