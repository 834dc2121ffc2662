import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { Link, useLoaderData } from '@remix-run/react'
import { useLive } from '#app/components/live.ts'
import { Section } from '#app/components/page.tsx'
import { Table } from '#app/components/table.tsx'
import { Instant } from '#app/components/time.tsx'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { Agreements } from '#app/routes/requests/agreements.tsx'
import { RequestTable } from '#app/routes/requests/request-table.tsx'
import { findGroupRequests } from '#views/group/group-requests.ts'
import { GroupFrame } from './group-frame.tsx'
import { loadGroup } from './load-group.server.ts'

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `${data?.group.name ?? 'Group'} · Drop Copy Portal` },
]

export async function loader({ params, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'request:read')
  return loadGroup(context, user, params.groupId, findGroupRequests)
}

/** The requests of a group, and the sentences that were signed for them. */
export default function GroupRequests() {
  const data = useLoaderData<typeof loader>()
  const { group, shown, may } = useLive(paths.groupRequestsEvents(data.group.id), data)
  const { requests, signed, agreed } = shown
  return (
    <GroupFrame group={group} may={may}>
      <RequestTable requests={requests} empty="No request concerns this group." />
      <Section title="Signed">
        <Table
          caption="Who signed"
          rows={signed}
          rowKey={(row) => `${row.requestNumber}${row.firmName}${row.at.getTime()}`}
          empty="Nobody has signed for this group yet."
          columns={[
            { key: 'firm', head: 'Firm', cell: (row) => row.firmName },
            { key: 'by', head: 'By', cell: (row) => row.by },
            { key: 'sentence', head: 'Sentence signed', wide: true, cell: (row) => row.sentence },
            {
              key: 'request',
              head: 'Request',
              tight: true,
              cell: (row) => (
                <Link to={paths.request(row.requestNumber)} className="link">
                  {row.requestNumber}
                </Link>
              ),
            },
            { key: 'at', head: 'When', tight: true, cell: (row) => <Instant at={row.at} precision="min" /> },
          ]}
        />
      </Section>
      <Agreements agreed={agreed} onGroup />
    </GroupFrame>
  )
}
