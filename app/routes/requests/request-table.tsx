import { Link } from '@remix-run/react'
import type { ReactNode } from 'react'
import { RequestWord } from '#app/components/states.tsx'
import { type Column, Table } from '#app/components/table.tsx'
import { Instant } from '#app/components/time.tsx'
import { paths } from '#app/paths.ts'
import type { Sort } from '#domain/list/ask.ts'
import type { RequestKind } from '#domain/request/lifecycle.ts'
import type { RequestRow } from '#views/request/request-view.ts'

export const kindNames: Record<RequestKind, string> = { 'new-group': 'New group', change: 'Change', close: 'Close' }

/** The page of a request: its form while it is being written, its sheet afterwards. */
const requestPage = ({ number, state }: Pick<RequestRow, 'number' | 'state'>): string =>
  state === 'draft' ? paths.requestStep(number, 'group') : paths.request(number)

/** Requests, with the state of each and what this person can do next. */
export function RequestTable({
  requests,
  empty,
  withGroup = true,
  sort,
  caption = 'Requests',
}: {
  requests: readonly RequestRow[]
  empty: ReactNode
  withGroup?: boolean
  sort?: Sort
  caption?: string
}) {
  const group: Column<RequestRow> = {
    key: 'group',
    head: 'Group',
    sortable: true,
    cell: (request) => request.groupName || <span className="text-muted">not named yet</span>,
  }
  return (
    <Table
      caption={caption}
      rows={requests}
      rowKey={(request) => String(request.number)}
      empty={empty}
      {...(sort ? { sort } : {})}
      columns={[
        {
          key: 'number',
          head: 'Request',
          sortable: true,
          tight: true,
          cell: (request) => (
            <Link to={requestPage(request)} className="link whitespace-nowrap">
              {request.number} · {kindNames[request.kind]}
            </Link>
          ),
        },
        {
          key: 'state',
          head: 'State',
          tight: true,
          cell: (request) => <RequestWord state={request.state} word={request.stateWord} />,
        },
        ...(withGroup ? [group] : []),
        { key: 'owner', head: 'Asked for by', sortable: true, cell: (request) => request.ownerName },
        {
          key: 'asked',
          head: 'Asked of you',
          wide: true,
          cell: (request) => request.asked ?? '–',
          blank: (request) => request.asked === null,
        },
        {
          key: 'submitted',
          head: 'Submitted',
          sortable: true,
          cell: (request) =>
            request.submittedAt ? (
              <Instant at={request.submittedAt} precision="min" />
            ) : (
              <span className="text-muted">not yet</span>
            ),
        },
        {
          key: 'by',
          head: 'By',
          cell: (request) => request.submittedBy ?? '–',
          blank: (request) => !request.submittedBy,
        },
        {
          key: 'since',
          head: 'In this state since',
          sortable: true,
          cell: (request) => <Instant at={request.stateAt} precision="min" />,
        },
        {
          key: 'next',
          head: 'Next',
          cell: (request) =>
            request.waitsForMe && request.next ? (
              <Link to={requestPage(request)} className="link font-medium">
                {request.next}
              </Link>
            ) : (
              '–'
            ),
          blank: (request) => !request.waitsForMe,
        },
      ]}
    />
  )
}
