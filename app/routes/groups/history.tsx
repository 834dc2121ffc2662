import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { Link, useLoaderData } from '@remix-run/react'
import { useReread } from '#app/components/live.ts'
import { Section } from '#app/components/page.tsx'
import { Table } from '#app/components/table.tsx'
import { Instant } from '#app/components/time.tsx'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { listGroupHistory } from '#views/group/group-history.ts'
import { GroupFrame } from './group-frame.tsx'
import { loadGroup } from './load-group.server.ts'

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `${data?.group.name ?? 'Group'} · Drop Copy Portal` },
]

export async function loader({ request, params, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'group:read')
  const before = /^[1-9]\d{0,14}$/.exec(new URL(request.url).searchParams.get('before') ?? '')?.[0]
  const from = before === undefined ? undefined : Number(before)
  const loaded = await loadGroup(context, user, params.groupId, (tx, opened) => listGroupHistory(tx, opened, from))
  return { ...loaded, isFirst: before === undefined }
}

/** What happened to the group, in plain words, newest first. */
export default function GroupHistory() {
  const { group, shown, may, isFirst } = useLoaderData<typeof loader>()
  const { rows, older } = shown
  useReread(paths.groupEvents(group.id))
  const groupId = group.id
  return (
    <GroupFrame group={group} may={may}>
      <Section title="What happened" intro="As far as your firm is told.">
        <Table
          caption="History"
          rows={rows}
          rowKey={(event) => String(event.seq)}
          empty={isFirst ? 'Nothing has happened yet that your firm is told of.' : 'Nothing happened before that.'}
          columns={[
            { key: 'at', head: 'When', tight: true, cell: (event) => <Instant at={event.at} /> },
            { key: 'what', head: 'What', wide: true, cell: (event) => event.what },
            { key: 'by', head: 'By', cell: (event) => event.by },
            {
              key: 'request',
              head: 'Request',
              tight: true,
              cell: ({ requestNumber }) =>
                requestNumber === null ? (
                  '–'
                ) : (
                  <Link to={paths.request(requestNumber)} className="link">
                    {requestNumber}
                  </Link>
                ),
              blank: (event) => event.requestNumber === null,
            },
            {
              key: 'reason',
              head: 'Reason',
              wide: true,
              cell: (event) => event.reason ?? '',
              blank: (event) => !event.reason,
            },
          ]}
        />
        {(older !== null || !isFirst) && (
          <nav aria-label="Pages of the history" className="mt-3 flex gap-4">
            {!isFirst && (
              <Link to={paths.groupHistory(groupId)} className="link">
                Newest
              </Link>
            )}
            {older !== null && (
              <Link to={`${paths.groupHistory(groupId)}?before=${older}`} className="link">
                Older
              </Link>
            )}
          </nav>
        )}
      </Section>
    </GroupFrame>
  )
}
