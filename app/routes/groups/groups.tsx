import type { LoaderFunctionArgs } from '@remix-run/node'
import { Link, useLoaderData, useLocation } from '@remix-run/react'
import { plural } from '#app/components/format.ts'
import { List } from '#app/components/list/list.tsx'
import { useLive } from '#app/components/live.ts'
import { ButtonLink, PageHead } from '#app/components/page.tsx'
import { hiddenColumns } from '#app/http/columns.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { groupColumns } from '#app/routes/status/delivery-columns.tsx'
import { whole } from '#app/routes/status/word-chips.ts'
import { levelNames, levels } from '#domain/group/states.ts'
import { pageSize, readAsked } from '#domain/list/ask.ts'
import { may } from '#domain/people/permissions.ts'
import { groupList } from '#domain/status/delivery-list.ts'
import { findGroupList } from '#views/group/group-list.ts'

export const meta = () => [{ title: 'Groups · Drop Copy Portal' }]

export async function loader({ request, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'group:read')
  const asked = readAsked(new URL(request.url).searchParams, groupList)
  const of = { asked, size: pageSize, now: context.deps.now() }
  return {
    list: await context.read(user, (tx) => findGroupList(tx, user, context.environment, of)),
    hidden: hiddenColumns(request, user.userId, 'groups'),
    mayAsk: may(user, 'request:submit') && !user.isExchange,
  }
}

export default function Groups() {
  const { search } = useLocation()
  const { list, hidden, mayAsk } = useLive(paths.groupsEvents(search), useLoaderData<typeof loader>())
  const { groups, counts, isStale } = list
  const open = counts.reduce((sum, { count }) => sum + count, 0)
  const live = counts.find(({ state }) => state === 'live')?.count ?? 0
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
        {open > 0 && `${plural(open, 'Drop Copy Group')}, ${live} live.`}
      </PageHead>
      <List
        name="groups"
        caption="Groups"
        page={groups}
        hidden={hidden}
        rowKey={(group) => group.id}
        searchLabel="Group or owner"
        csv={paths.groupsCsv()}
        chips={[
          {
            name: 'state',
            label: 'By state',
            words: [
              { word: 'open', label: 'Open', count: whole(open) },
              ...(counts.length > 1
                ? counts.map(({ state, word, count }) => ({ word: state, label: word, count: whole(count) }))
                : []),
              { word: 'closed', label: 'Closed' },
            ],
          },
        ]}
        choices={[
          {
            name: 'level',
            every: 'Any messages',
            words: levels.map((level) => ({ word: level, label: levelNames[level] })),
          },
        ]}
        empty={mayAsk ? <AskForOne /> : 'There is no Drop Copy Group that your firm may see.'}
        columns={groupColumns(isStale)}
      />
    </>
  )
}

const AskForOne = () => (
  <>
    Your firm has no Drop Copy Group yet.{' '}
    <Link to={paths.newRequest()} className="link">
      Ask for one
    </Link>
  </>
)
