import type { LoaderFunctionArgs } from '@remix-run/node'
import { Link, useLoaderData, useLocation } from '@remix-run/react'
import { plural } from '#app/components/format.ts'
import { List } from '#app/components/list/list.tsx'
import { useLive, useRereadOn } from '#app/components/live.ts'
import { ButtonLink, PageHead } from '#app/components/page.tsx'
import { hiddenColumns } from '#app/http/columns.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { everyRow } from '#domain/list/ask.ts'
import { may } from '#domain/people/permissions.ts'
import { requestKindNames, requestKinds } from '#domain/request/lifecycle.ts'
import { listAgreedFor } from '#views/request/agreements.ts'
import { findRequestsPage, type RequestsPage } from '#views/request/request-list.ts'
import { AgreedForYou } from './agreed-for-you.tsx'
import { requestColumns } from './request-table.tsx'

export const meta = () => [{ title: 'Requests · Drop Copy Portal' }]

export async function loader({ request, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'request:read')
  const params = new URL(request.url).searchParams
  const shown = await context.read(user, async (tx) => ({
    ...(await findRequestsPage(tx, user, context.environment, params)),
    agreed: await listAgreedFor(tx, user.firmId, context.environment, context.deps.now()),
  }))
  return {
    ...shown,
    hidden: hiddenColumns(request, user.userId, 'requests'),
    mayAsk: may(user, 'request:submit') && !user.isExchange,
  }
}

export default function Requests() {
  const url = paths.requestsEvents(useLocation().search)
  const { list, counts, owner, agreed, hidden, mayAsk } = useLive(url, useLoaderData<typeof loader>())
  const waiting = counts.waiting.rows
  useRereadOn(waiting) // the frame says it, too
  return (
    <>
      <PageHead
        title="Requests"
        actions={
          mayAsk && (
            <ButtonLink to={paths.newRequest()} kind="primary">
              New request
            </ButtonLink>
          )
        }
      >
        {waiting === 0 ? (
          'Nothing waits for you.'
        ) : (
          <Link to={`${paths.requests()}?show=waiting`} className="link">
            {plural(waiting, 'request')} {waiting === 1 ? 'waits' : 'wait'} for you.
          </Link>
        )}
      </PageHead>
      <AgreedForYou agreed={agreed} />
      <List
        name="requests"
        caption="Requests"
        page={list}
        hidden={hidden}
        rowKey={(request) => String(request.number)}
        searchLabel="Number, group, firm or person"
        csv={paths.requestsCsv()}
        chips={[{ name: 'show', label: 'Which requests', words: showsOf(counts, list.asked.filters.show) }]}
        choices={[
          {
            name: 'kind',
            every: 'All kinds',
            words: requestKinds.map((kind) => ({ word: kind, label: requestKindNames[kind] })),
          },
        ]}
        only={owner ? [{ name: 'owner', label: `Asked for by ${owner.name}` }] : []}
        columns={requestColumns}
        empty="There is no request yet."
      />
    </>
  )
}

/** What may be shown of the requests, with how many there are. Nobody chooses what waits where nothing does. */
const showsOf = (counts: RequestsPage['counts'], chosen: string | undefined) => [
  ...(counts.waiting.rows > 0 || chosen === 'waiting'
    ? [{ word: 'waiting', label: 'Waiting for you', count: counts.waiting }]
    : []),
  { word: 'open', label: 'Open', count: counts.open },
  { word: 'closed', label: 'Closed', count: counts.closed },
  { word: everyRow, label: 'All', count: counts.all },
]
