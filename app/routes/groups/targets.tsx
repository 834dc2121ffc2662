import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { useLive } from '#app/components/live.ts'
import { Section } from '#app/components/page.tsx'
import { Table } from '#app/components/table.tsx'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { noTarget, targetColumns } from '#app/routes/status/delivery-columns.tsx'
import { listGroupTargets } from '#views/group/group-overview.ts'
import { GroupFrame } from './group-frame.tsx'
import { loadGroup } from './load-group.server.ts'

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `${data?.group.name ?? 'Group'} · Drop Copy Portal` },
]

export async function loader({ params, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'target:read')
  return loadGroup(context, user, params.groupId, listGroupTargets)
}

export default function GroupTargets() {
  const data = useLoaderData<typeof loader>()
  const { group, shown, may } = useLive(paths.groupTargetsEvents(data.group.id), data)
  return (
    <GroupFrame group={group} may={may}>
      <Section
        title="Targets"
        intro="One session for each kind of gateway that source sessions are on. Addresses and passwords are on the target’s own page."
      >
        <Table
          caption="Targets"
          rows={shown}
          rowKey={(target) => target.sessionId}
          empty={noTarget(group)}
          columns={targetColumns(group.isStale, { withGroup: false })}
        />
      </Section>
    </GroupFrame>
  )
}
