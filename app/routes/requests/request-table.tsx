import { Link } from '@remix-run/react'
import type { ReactNode } from 'react'
import { RequestWord } from '#app/components/states.tsx'
import { type Column, Table } from '#app/components/table.tsx'
import { Instant } from '#app/components/time.tsx'
import { paths } from '#app/paths.ts'
import { requestKindNames } from '#domain/request/lifecycle.ts'
import type { RequestRow } from '#views/request/request-view.ts'

/** The page of a request: its form while it is being written, its sheet afterwards. */
const requestPage = ({ number, state }: Pick<RequestRow, 'number' | 'state'>): string =>
  state === 'draft' ? paths.requestStep(number, 'group') : paths.request(number)

/** The requests of one group, with the state of each and what this person can do next. */
export const RequestTable = ({ requests, empty }: { requests: readonly RequestRow[]; empty: ReactNode }) => (
  <Table
    caption="Requests"
    rows={requests}
    rowKey={(request) => String(request.number)}
    empty={empty}
    columns={requestColumns.filter(({ key }) => key !== 'group')}
  />
)

/** What is shown of a request in a list. */
export const requestColumns: readonly Column<RequestRow>[] = [
  {
    key: 'state',
    head: 'State',
    tight: true,
    brief: 'first',
    cell: (request) => <RequestWord state={request.state} word={request.stateWord} />,
  },
  {
    key: 'number',
    head: 'Request',
    sortable: true,
    tight: true,
    isName: true,
    brief: 'first',
    cell: (request) => (
      <Link to={requestPage(request)} className="link whitespace-nowrap">
        {request.number} · {requestKindNames[request.kind]}
      </Link>
    ),
  },
  {
    key: 'next',
    head: 'Next',
    tight: true,
    brief: 'first',
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
  {
    key: 'group',
    head: 'Group',
    sortable: true,
    brief: 'second',
    cell: (request) =>
      request.groupName ? <bdi>{request.groupName}</bdi> : <span className="text-muted">not named yet</span>,
  },
  {
    key: 'owner',
    head: 'Asked for by',
    sortable: true,
    optional: true,
    brief: 'second',
    cell: (request) => <bdi>{request.ownerName}</bdi>,
  },
  {
    key: 'asked',
    head: 'Asked of you',
    optional: true,
    cell: (request) => request.asked ?? '–',
    blank: (request) => request.asked === null,
  },
  {
    key: 'submitted',
    head: 'Submitted',
    sortable: true,
    optional: true,
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
    optional: true,
    cell: (request) => (request.submittedBy ? <bdi>{request.submittedBy}</bdi> : '–'),
    blank: (request) => !request.submittedBy,
  },
  {
    key: 'since',
    head: 'In this state since',
    sortable: true,
    optional: true,
    brief: 'second',
    cell: (request) => <Instant at={request.stateAt} precision="min" />,
  },
]
