import type { LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { FeedName } from '#app/components/feed-name.tsx'
import { Count } from '#app/components/figures.tsx'
import { useLive } from '#app/components/live.ts'
import { PageHead } from '#app/components/page.tsx'
import { DeliveryWordState } from '#app/components/states.tsx'
import { type Column, Table } from '#app/components/table.tsx'
import { Age } from '#app/components/time.tsx'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { gatewayName } from '#app/routes/names.ts'
import { type FeedRow, findFeedList } from '#views/feed/feed-list.ts'

export const meta = () => [{ title: 'Feeds · Drop Copy Portal' }]

export async function loader({ context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'feed:read')
  return context.read(user, (tx) => findFeedList(tx, context.environment, context.deps.now()))
}

export default function Feeds() {
  const { feeds, isStale } = useLive(paths.feedsEvents(), useLoaderData<typeof loader>())
  const number = (key: 'received' | 'missing' | 'lost' | 'aside' | 'duplicates', head: string): Column<FeedRow> => ({
    key,
    head,
    number: true,
    cell: (feed) => <Count of={feed[key]} stale={isStale} />,
    ...(key === 'received' ? { brief: 'second' as const } : { blank: (feed: FeedRow) => feed[key] === 0 }),
  })
  return (
    <>
      <PageHead title="Feeds">
        The FIX connections over which the order-entry gateways hand over the messages of their source sessions.
      </PageHead>
      <Table
        caption="Feeds"
        rows={feeds}
        rowKey={(feed) => feed.id}
        empty="No feed has been set up yet."
        columns={[
          {
            key: 'state',
            head: 'State',
            brief: 'first',
            cell: (feed) => (
              <>
                <DeliveryWordState state={feed.delivery} />
                {feed.delivery.word !== 'Complete' && (
                  <span className="block max-w-md text-caption text-muted">
                    {feed.delivery.sentence}{' '}
                    {feed.delivery.todo && <span className="font-medium text-text">{feed.delivery.todo}</span>}
                  </span>
                )}
              </>
            ),
          },
          { key: 'feed', head: 'Feed', isName: true, brief: 'first', cell: (feed) => <FeedName id={feed.id} /> },
          { key: 'gateway', head: 'Gateway', cell: (feed) => gatewayName(feed.gateway), brief: 'second' },
          number('received', 'Received'),
          number('missing', 'Asked for again'),
          number('lost', 'Lost upstream'),
          number('aside', 'Kept aside'),
          number('duplicates', 'Duplicates'),
          {
            key: 'heard',
            head: 'Last heard',
            number: true,
            brief: 'second',
            cell: (feed) => <Age at={feed.lastReceivedAt} />,
          },
          { key: 'detail', head: 'Note', cell: (feed) => feed.detail ?? '', blank: (feed) => !feed.detail },
        ]}
      />
    </>
  )
}
