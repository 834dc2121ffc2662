import type { LoaderFunctionArgs } from '@remix-run/node'
import { csvBatch, csvResponse } from '#app/http/csv.server.ts'
import { nothingToSend } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { ledgerFields } from '#app/routes/status/ledger-csv.ts'
import { readAsked } from '#domain/list/ask.ts'
import { targetList } from '#domain/status/delivery-list.ts'
import { groupsOf } from '#views/group/group-rows.ts'
import { loadConnectors } from '#views/status/connectors.ts'
import type { TargetRow } from '#views/status/status-view.ts'
import { listTargetRows } from '#views/target/target-rows.ts'

/** The list of targets as a file, filtered and sorted like the page. */
export function loader({ request, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'target:read')
  const asked = readAsked(new URL(request.url).searchParams, targetList)
  const now = context.deps.now()
  return csvResponse<TargetRow>(
    { name: 'targets', at: now },
    [
      { name: 'session', value: (target) => target.sessionId },
      { name: 'group', value: (target) => target.groupName },
      { name: 'owner', value: (target) => target.ownerName },
      { name: 'state', value: (target) => target.delivery.text },
      { name: 'says', value: (target) => target.delivery.sentence },
      { name: 'protocol', value: (target) => target.protocol },
      { name: 'sources', value: (target) => target.sources },
      { name: 'sources_heard', value: (target) => target.heard },
      ...ledgerFields<TargetRow>((target) => target.ledger),
      { name: 'last_sent', value: (target) => target.lastSentAt },
    ],
    (from) =>
      context.read(user, async (tx) => {
        const connectors = await loadConnectors(tx, user, context.environment, now)
        const of = groupsOf(user, context.environment, connectors, now)
        return listTargetRows(tx, of, connectors, { ...asked, from }, csvBatch)
      }),
  )
}

export const action = nothingToSend
