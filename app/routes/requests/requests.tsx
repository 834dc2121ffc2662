import type { LoaderFunctionArgs } from '@remix-run/node'
import { Link, useLoaderData } from '@remix-run/react'
import { plural } from '#app/components/format.ts'
import { useLive } from '#app/components/live.ts'
import { ButtonLink, PageHead, Section } from '#app/components/page.tsx'
import { compareBy, readSort } from '#app/components/table.tsx'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { may } from '#domain/people/permissions.ts'
import { isFinal } from '#domain/request/lifecycle.ts'
import { listAgreedFor } from '#views/request/agreements.ts'
import { listRequests } from '#views/request/request-list.ts'
import type { RequestRow } from '#views/request/request-view.ts'
import { AgreedForYou } from './agreed-for-you.tsx'
import { RequestTable } from './request-table.tsx'

export const meta = () => [{ title: 'Requests · Drop Copy Portal' }]

const filters = ['open', 'closed', 'all'] as const
type Filter = (typeof filters)[number]

const matches: Record<Filter, (request: RequestRow) => boolean> = {
  open: (request) => !isFinal(request.state),
  closed: (request) => isFinal(request.state),
  all: () => true,
}

const sortable: Record<string, (request: RequestRow) => string | number | Date | null> = {
  number: (request) => request.number,
  group: (request) => request.groupName,
  owner: (request) => request.ownerName,
  submitted: (request) => request.submittedAt,
  since: (request) => request.stateAt,
}

export async function loader({ request, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'request:read')
  const { rows, agreed } = await context.read(user, async (tx) => ({
    ...(await listRequests(tx, user, context.environment)),
    agreed: await listAgreedFor(tx, user.firmId, context.environment, context.deps.now()),
  }))
  const show = new URL(request.url).searchParams.get('show')
  const filter = filters.find((name) => name === show) ?? 'open'
  const sort = readSort(request, Object.keys(sortable), { key: 'since', dir: 'desc' })
  const waiting = rows.filter((row) => row.waitsForMe)
  const others = rows.filter((row) => !row.waitsForMe)
  return {
    agreed,
    waiting,
    others: others.filter(matches[filter]).sort(compareBy(sortable[sort.key] ?? (() => 0), sort.dir)),
    counts: filters.map((name) => ({ name, count: others.filter(matches[name]).length })),
    filter,
    sort,
    mayAsk: may(user, 'request:submit') && !user.isExchange,
  }
}

const filterLabels: Record<Filter, string> = { open: 'Open', closed: 'Closed', all: 'All' }

export default function Requests() {
  const { agreed, waiting, others, counts, filter, sort, mayAsk } = useLoaderData<typeof loader>()
  useLive(paths.requestsEvents())
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
        {waiting.length === 0
          ? 'Nothing waits for you.'
          : `${plural(waiting.length, 'request')} ${waiting.length === 1 ? 'waits' : 'wait'} for you.`}
      </PageHead>
      <AgreedForYou agreed={agreed} />
      {waiting.length > 0 && (
        <Section title="Waiting for you">
          <RequestTable requests={waiting} empty="" caption="Requests that wait for you" />
        </Section>
      )}
      <Section
        title={waiting.length > 0 ? 'Others' : 'Requests'}
        actions={counts.map(({ name, count }) => (
          <Link
            key={name}
            to={`?show=${name}`}
            aria-current={filter === name ? 'true' : undefined}
            className={filter === name ? 'font-medium text-text' : 'link'}
          >
            {filterLabels[name]} {count}
          </Link>
        ))}
      >
        <RequestTable requests={others} sort={sort} empty={emptyWords(filter, waiting.length > 0)} />
      </Section>
    </>
  )
}

/** @param others whether requests that wait for the reader are listed above */
function emptyWords(filter: Filter, others: boolean): string {
  if (filter === 'closed') return 'No request has come to its end yet.'
  if (filter === 'open') return others ? 'No other request is open.' : 'No request is open.'
  return others ? 'There is no other request.' : 'There is no request yet.'
}
