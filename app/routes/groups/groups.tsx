import type { LoaderFunctionArgs } from '@remix-run/node'
import { Link, useLoaderData } from '@remix-run/react'
import { plural } from '#app/components/format.ts'
import { useReread } from '#app/components/live.ts'
import { ButtonLink, PageHead } from '#app/components/page.tsx'
import { compareBy, readSort } from '#app/components/table.tsx'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { GroupTable } from '#app/routes/status/status-tables.tsx'
import { may } from '#domain/people/permissions.ts'
import { deliveryWords } from '#domain/status/state.ts'
import { findStatus } from '#views/status/status.ts'
import type { GroupRow } from '#views/status/status-view.ts'

export const meta = () => [{ title: 'Groups · Drop Copy Portal' }]

const sortable: Record<string, (group: GroupRow) => string | number> = {
  state: (group) => (group.delivery ? deliveryWords.indexOf(group.delivery.word) : deliveryWords.length),
  name: (group) => group.name,
  owner: (group) => group.ownerName,
  sources: (group) => group.sources,
}

export async function loader({ request, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'group:read')
  const { groups, isStale } = await context.read(user, (tx) => findStatus(tx, context.environment, context.deps.now()))
  const sort = readSort(request, Object.keys(sortable), { key: 'state', dir: 'asc' })
  return {
    groups: [...groups].sort(compareBy(sortable[sort.key] ?? (() => 0), sort.dir)),
    isStale,
    sort,
    mayAsk: may(user, 'request:submit') && !user.isExchange,
  }
}

export default function Groups() {
  const { groups, isStale, sort, mayAsk } = useLoaderData<typeof loader>()
  useReread(paths.statusEvents())
  const live = groups.filter((group) => group.isLive).length
  return (
    <>
      <PageHead
        title="Groups"
        actions={
          mayAsk && (
            <ButtonLink to={paths.newRequest()} kind="primary">
              New request
            </ButtonLink>
          )
        }
      >
        {groups.length > 0 && `${plural(groups.length, 'Drop Copy Group')}, ${live} live.`}
      </PageHead>
      <GroupTable
        groups={groups}
        stale={isStale}
        sort={sort}
        empty={
          mayAsk ? (
            <>
              Your firm has no Drop Copy Group yet.{' '}
              <Link to={paths.newRequest()} className="link">
                Ask for one
              </Link>
            </>
          ) : (
            'There is no Drop Copy Group that your firm may see.'
          )
        }
      />
    </>
  )
}
