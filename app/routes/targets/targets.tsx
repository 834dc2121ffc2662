import type { LoaderFunctionArgs } from '@remix-run/node'
import { useLoaderData, useLocation } from '@remix-run/react'
import { List } from '#app/components/list/list.tsx'
import { useLive } from '#app/components/live.ts'
import { PageHead } from '#app/components/page.tsx'
import { hiddenColumns } from '#app/http/columns.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { protocolNames } from '#app/routes/names.ts'
import { targetColumns } from '#app/routes/status/delivery-columns.tsx'
import { wordChips } from '#app/routes/status/word-chips.ts'
import { protocols } from '#domain/group/states.ts'
import { pageSize, readAsked } from '#domain/list/ask.ts'
import { targetList } from '#domain/status/delivery-list.ts'
import { findTargetList } from '#views/target/target-list.ts'

export const meta = () => [{ title: 'Targets · Drop Copy Portal' }]

export async function loader({ request, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'target:read')
  const asked = readAsked(new URL(request.url).searchParams, targetList)
  const of = { asked, size: pageSize, now: context.deps.now() }
  return {
    list: await context.read(user, (tx) => findTargetList(tx, user, context.environment, of)),
    hidden: hiddenColumns(request, user.userId, 'targets'),
  }
}

export default function Targets() {
  const { search } = useLocation()
  const { list, hidden } = useLive(paths.targetsEvents(search), useLoaderData<typeof loader>())
  const { targets, counts, isStale } = list
  return (
    <>
      <PageHead title="Targets">The FIX sessions on which the copies of a group are delivered.</PageHead>
      <List
        name="targets"
        caption="Targets"
        page={targets}
        hidden={hidden}
        rowKey={(target) => target.sessionId}
        searchLabel="Session, group or owner"
        csv={paths.targetsCsv()}
        chips={[wordChips(counts)]}
        choices={[
          {
            name: 'protocol',
            every: 'Any protocol',
            words: protocols.map((protocol) => ({ word: protocol, label: protocolNames[protocol] ?? protocol })),
          },
        ]}
        empty="No target yet: a group gets its targets when it is approved."
        columns={targetColumns(isStale, { withGroup: true })}
      />
    </>
  )
}
