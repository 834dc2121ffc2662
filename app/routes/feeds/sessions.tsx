import type { LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { plural } from '#app/components/format.ts'
import { useReread } from '#app/components/live.ts'
import { PageHead, Section } from '#app/components/page.tsx'
import { compareBy, readSort } from '#app/components/table.tsx'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { FeedTable, SourceTable, TargetTable } from '#app/routes/status/status-tables.tsx'
import { findStatus } from '#views/status/status.ts'
import type { SourceRow } from '#views/status/status-view.ts'

export const meta = () => [{ title: 'Sessions · Drop Copy Portal' }]

const sortable: Record<string, (source: SourceRow) => string | number | Date | null> = {
  name: (source) => source.name,
  groups: (source) => source.groups,
  received: (source) => source.received,
  heard: (source) => source.lastReceivedAt,
}

export async function loader({ request, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'source:read')
  const status = await context.read(user, (tx) => findStatus(tx, context.environment, context.deps.now()))
  const sort = readSort(request, Object.keys(sortable), { key: 'name', dir: 'asc' })
  const sources = [...status.sources].sort(compareBy(sortable[sort.key] ?? (() => 0), sort.dir))
  return { sources, targets: status.targets, feeds: status.feeds, isStale: status.isStale, sort }
}

export default function Sessions() {
  const { sources, targets, feeds, isStale, sort } = useLoaderData<typeof loader>()
  useReread(paths.statusEvents())
  return (
    <>
      <PageHead title="Sessions">
        {plural(sources.length, 'source session')} copied from, {plural(targets.length, 'target session')} delivered on.
      </PageHead>
      <Section title="Sources">
        <SourceTable
          sources={sources}
          stale={isStale}
          sort={sort}
          empty="Your firm holds no source session: none under its Execution Firm IDs, none that it guarantees."
        />
      </Section>
      <Section title="Targets">
        <TargetTable
          targets={targets}
          stale={isStale}
          withGroup
          empty="No target yet: a group gets its targets when it is approved."
        />
      </Section>
      {feeds.length > 0 && (
        <Section title="Feeds">
          <FeedTable feeds={feeds} stale={isStale} />
        </Section>
      )}
    </>
  )
}
