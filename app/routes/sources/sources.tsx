import type { LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData, useLocation } from '@remix-run/react'
import { FeedLink } from '#app/components/feed-name.tsx'
import { Count } from '#app/components/figures.tsx'
import { List } from '#app/components/list/list.tsx'
import { useLive } from '#app/components/live.ts'
import { PageHead } from '#app/components/page.tsx'
import { SourceName } from '#app/components/source-name.tsx'
import type { Column } from '#app/components/table.tsx'
import { Age } from '#app/components/time.tsx'
import { hiddenColumns } from '#app/http/columns.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { gatewayName } from '#app/routes/names.ts'
import { everyRow, pageSize } from '#domain/list/ask.ts'
import { findSourceList, type SourceRow } from '#views/source/source-list.ts'

export const meta = () => [{ title: 'Source sessions · Drop Copy Portal' }]

export async function loader({ request, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'source:read')
  const params = new URL(request.url).searchParams
  const of = { params, size: pageSize, now: context.deps.now() }
  return {
    list: await context.read(user, (tx) => findSourceList(tx, user, context.environment, of)),
    hidden: hiddenColumns(request, user.userId, 'sources'),
  }
}

export default function Sources() {
  const { search } = useLocation()
  const { list, hidden } = useLive(paths.sourcesEvents(search), useLoaderData<typeof loader>())
  const { sources, feeds, isStale } = list
  return (
    <>
      <PageHead title="Source sessions">
        The order-entry sessions whose messages are copied. The form calls them Source SenderComps.
      </PageHead>
      <List
        name="sources"
        caption="Source sessions"
        page={sources}
        hidden={hidden}
        rowKey={(source) => source.name}
        searchLabel="Session or clearing firm"
        csv={paths.sourcesCsv()}
        chips={[
          {
            name: 'heard',
            label: 'By what was heard this week',
            words: [
              { word: everyRow, label: 'All' },
              { word: 'heard', label: 'Heard this week' },
              { word: 'silent', label: 'Silent this week' },
            ],
          },
          {
            name: 'state',
            label: 'Open or closed',
            words: [
              { word: 'open', label: 'Open' },
              { word: 'closed', label: 'Closed' },
            ],
          },
        ]}
        choices={
          feeds.length > 1
            ? [{ name: 'feed', every: 'All feeds', words: feeds.map((id) => ({ word: id, label: id })) }]
            : []
        }
        empty="Your firm holds no source session: none under its Execution Firm IDs, none that it guarantees."
        columns={sourceColumns(isStale, feeds.length > 0)}
      />
    </>
  )
}

const sourceColumns = (isStale: boolean, seesFeeds: boolean): Column<SourceRow>[] => [
  {
    key: 'name',
    head: 'Source session',
    sortable: true,
    isName: true,
    brief: 'first',
    cell: (source) => <SourceName name={source.name} />,
  },
  {
    key: 'gateway',
    head: 'Gateway',
    optional: true,
    brief: 'none',
    cell: (source) => gatewayName(source.gateway),
  },
  {
    key: 'feed',
    head: 'Feed',
    optional: true,
    brief: 'none',
    cell: (source) => <FeedLink id={source.feedId} />,
    blank: () => !seesFeeds,
  },
  {
    key: 'guarantors',
    head: 'Guaranteed by',
    optional: true,
    brief: 'second',
    cell: (source) => source.guarantors.join(', ') || 'nobody',
  },
  {
    key: 'groups',
    head: 'Groups',
    number: true,
    optional: true,
    cell: (source) => <Count of={source.groups} />,
  },
  {
    key: 'received',
    head: 'Received',
    number: true,
    sortable: true,
    cell: (source) => <Count of={source.received ?? 0} stale={isStale} />,
  },
  {
    key: 'highest',
    head: 'Highest number',
    number: true,
    optional: true,
    cell: (source) => <Count of={source.highest} stale={isStale} />,
  },
  {
    key: 'heard',
    head: 'Last heard',
    number: true,
    sortable: true,
    brief: 'second',
    cell: (source) => <Age at={source.lastReceivedAt} />,
  },
]
