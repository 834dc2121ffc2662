import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { Link, useLoaderData } from '@remix-run/react'
import { Chart } from '#app/components/chart.tsx'
import { Count, Mono } from '#app/components/figures.tsx'
import { useLive } from '#app/components/live.ts'
import { Counts, PageHead, Section } from '#app/components/page.tsx'
import { SourceName } from '#app/components/source-name.tsx'
import { DeliveryWordState } from '#app/components/states.tsx'
import { Table } from '#app/components/table.tsx'
import { Age } from '#app/components/time.tsx'
import { notFound } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { gatewayName, whyAside } from '#app/routes/names.ts'
import { isFeedId, spanOf } from '#app/routes/params.ts'
import { Alarm } from '#app/routes/status/alarm.tsx'
import { RefusedLogons } from '#app/routes/status/refused-logons.tsx'
import { writeCount } from '#domain/figures.ts'
import { may } from '#domain/people/permissions.ts'
import { type FeedView, findFeedPage } from '#views/feed/feed-page.ts'
import { findPicture } from '#views/rollup/picture.ts'
import { FeedConnection, FeedSession } from './feed-parts.tsx'

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `Feed ${data?.feed.id ?? ''} · Drop Copy Portal` },
]

export async function loader({ request, params, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'feed:read')
  const { feedId } = params
  if (!isFeedId(feedId)) throw notFound()
  const { environment } = context
  const now = context.deps.now()
  const read = await context.read(user, async (tx) => {
    const feed = await findFeedPage(tx, environment, feedId, now)
    return (
      feed && { feed, picture: await findPicture(tx, { environment, kind: 'feed', id: feedId }, spanOf(request), now) }
    )
  })
  if (!read) throw notFound()
  return { ...read, mayReset: may(user, 'feed:write') }
}

export default function Feed() {
  const data = useLoaderData<typeof loader>()
  const { feed, mayReset } = useLive(paths.feedEvents(data.feed.id), data)
  const { session, isStale } = feed
  const count = (label: string, of: number | undefined, to?: string, loud = false) => ({
    label,
    value: <Count of={of} stale={isStale} />,
    loud,
    ...(to && { to }),
  })
  return (
    <>
      <PageHead
        kind="Feed"
        title={feed.id}
        identifier={gatewayName(feed.gateway)}
        state={<DeliveryWordState state={feed.delivery} />}
        back={{ to: paths.sessions(), label: 'Sessions' }}
      >
        <p>
          {feed.delivery.sentence} {feed.delivery.todo && <span className="font-medium">{feed.delivery.todo}</span>}
        </p>
      </PageHead>
      <Counts
        counts={[
          count('Received', session?.received, '#sources'),
          count('Missing, asked for again', session?.missing, '#session'),
          count('Lost upstream', session?.lost, '#session', (session?.lost ?? 0) > 0),
          count('Kept aside', session?.aside, '#aside'),
          count('Duplicates', session?.duplicates, '#sources'),
        ]}
      />
      {feed.alarms.map((alarm) => (
        <Alarm key={alarm.code} alarm={alarm} />
      ))}
      <Chart picture={data.picture} subject={`Feed ${feed.id}`} />
      <FeedSession session={session} stale={isStale} />
      <FeedConnection id={feed.id} connection={feed.connection} mayReset={mayReset && feed.isOpen} />
      <FeedSources feed={feed} stale={isStale} />
      <KeptAside aside={feed.aside} stale={isStale} />
      <RefusedLogons logons={feed.refusedLogons} />
      <RefusedLogons
        title="Logons under an unknown name"
        intro="At any address of the connector: a gateway or a client with a wrong SenderCompID or TargetCompID looks like this."
        logons={feed.strangers}
      />
      {feed.refusedLogons.length + feed.strangers.length === 0 && (
        <Section title="Refused logons">
          <p className="text-muted">None in the last 30 days.</p>
        </Section>
      )}
    </>
  )
}

function FeedSources({ feed, stale }: { feed: FeedView; stale: boolean }) {
  const { sources, sourcesInAll } = feed
  return (
    <Section
      title="Source sessions"
      id="sources"
      actions={
        sourcesInAll > sources.length && (
          <Link to={`${paths.sessions()}?feed=${encodeURIComponent(feed.id)}`} className="link">
            All {writeCount(sourcesInAll)}
          </Link>
        )
      }
    >
      <Table
        caption="Source sessions on this feed"
        rows={sources}
        rowKey={(source) => source.name}
        empty="No source session comes over this feed."
        columns={[
          { key: 'name', head: 'Source session', cell: (source) => <SourceName name={source.name} /> },
          {
            key: 'received',
            head: 'Received',
            number: true,
            cell: (source) => <Count of={source.received} stale={stale} />,
          },
          {
            key: 'highest',
            head: 'Highest number',
            number: true,
            cell: (source) => <Count of={source.highest} stale={stale} />,
          },
          {
            key: 'duplicates',
            head: 'Duplicates',
            number: true,
            cell: (source) => <Count of={source.duplicates} stale={stale} />,
          },
          { key: 'heard', head: 'Last heard', number: true, cell: (source) => <Age at={source.lastReceivedAt} /> },
        ]}
      />
    </Section>
  )
}

function KeptAside({ aside, stale }: { aside: FeedView['aside']; stale: boolean }) {
  const some = aside.some(({ known }) => !known)
  return (
    <Section
      title="Kept aside"
      id="aside"
      intro={
        some
          ? 'Stored, but not delivered. Names that no source session has are counted over all feeds, since the connector started.'
          : undefined
      }
    >
      <Table
        caption="Messages kept aside, by source"
        rows={aside}
        rowKey={(row) => row.name}
        empty="Nothing is kept aside."
        columns={[
          { key: 'name', head: 'Source named', cell: (row) => <Mono>{row.name}</Mono> },
          { key: 'why', head: 'Why', cell: whyAside },
          { key: 'messages', head: 'Messages', number: true, cell: (row) => <Count of={row.messages} stale={stale} /> },
          { key: 'at', head: 'Last counted', number: true, cell: (row) => <Age at={row.at} ago /> },
        ]}
      />
    </Section>
  )
}
