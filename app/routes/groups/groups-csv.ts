import type { LoaderFunctionArgs } from '@remix-run/node'
import { csvBatch, csvResponse } from '#app/http/csv.server.ts'
import { nothingToSend } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { ledgerFields } from '#app/routes/status/ledger-csv.ts'
import { readAsked } from '#domain/list/ask.ts'
import { groupList } from '#domain/status/delivery-list.ts'
import { groupsOf, listGroupRows } from '#views/group/group-rows.ts'
import { loadConnectors } from '#views/status/connectors.ts'
import type { GroupRow } from '#views/status/status-view.ts'

/** The list of groups as a file, filtered and sorted like the page. */
export function loader({ request, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'group:read')
  const asked = readAsked(new URL(request.url).searchParams, groupList)
  const now = context.deps.now()
  return csvResponse<GroupRow>(
    { name: 'groups', at: now },
    [
      { name: 'group_id', value: (group) => group.id },
      { name: 'group', value: (group) => group.name },
      { name: 'owner', value: (group) => group.ownerName },
      { name: 'agreement', value: (group) => group.stateWord },
      { name: 'state', value: (group) => group.delivery?.text ?? '' },
      { name: 'says', value: (group) => group.delivery?.sentence ?? group.stateSentence },
      { name: 'messages', value: (group) => group.level },
      { name: 'sources', value: (group) => group.sources },
      { name: 'sources_heard', value: (group) => group.heard },
      { name: 'targets', value: (group) => group.targets },
      ...ledgerFields<GroupRow>((group) => group.ledger),
      { name: 'last_sent', value: (group) => group.lastSentAt },
    ],
    (from) =>
      context.read(user, async (tx) => {
        const connectors = await loadConnectors(tx, user, context.environment, now)
        const of = groupsOf(user, context.environment, connectors, now)
        return listGroupRows(tx, of, connectors, { ...asked, from }, csvBatch)
      }),
  )
}

export const action = nothingToSend
