import type { LoaderFunctionArgs } from '@remix-run/node'
import { csvBatch, csvResponse } from '#app/http/csv.server.ts'
import { nothingToSend } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { askOfSources, listSourceRows, type SourceRow } from '#views/source/source-list.ts'
import { loadConnectors } from '#views/status/connectors.ts'

/** The list of source sessions as a file, filtered and sorted like the page. */
export function loader({ request, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'source:read')
  const params = new URL(request.url).searchParams
  const { environment } = context
  const now = context.deps.now()
  return csvResponse<SourceRow>(
    { name: 'source-sessions', at: now },
    [
      { name: 'source_session', value: (source) => source.name },
      { name: 'gateway', value: (source) => source.gateway },
      { name: 'feed', value: (source) => source.feedId },
      { name: 'guaranteed_by', value: (source) => source.guarantors.join('; ') },
      { name: 'groups', value: (source) => source.groups },
      { name: 'received', value: (source) => source.received ?? 0 },
      { name: 'highest_number', value: (source) => source.highest },
      { name: 'last_heard', value: (source) => source.lastReceivedAt },
    ],
    (from) =>
      context.read(user, async (tx) => {
        const connectors = await loadConnectors(tx, user, environment, now)
        const { asked } = await askOfSources(tx, user, environment, params)
        return listSourceRows(tx, { environment, connectors, now }, { ...asked, from }, csvBatch)
      }),
  )
}

export const action = nothingToSend
