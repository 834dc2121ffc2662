import { Link } from '@remix-run/react'
import { FeedLink } from '#app/components/feed-name.tsx'
import { Count, Mono } from '#app/components/figures.tsx'
import { LastHour } from '#app/components/sparkline.tsx'
import { DeliveryWordState } from '#app/components/states.tsx'
import type { Column } from '#app/components/table.tsx'
import { Age } from '#app/components/time.tsx'
import { paths } from '#app/paths.ts'
import { protocolNames } from '#app/routes/names.ts'
import type { Sparkline } from '#domain/rollup/sparkline.ts'
import { type DeliveryState, type Ledger, noLedger, unaccounted } from '#domain/status/state.ts'
import type { GroupHead } from '#views/group/group-view.ts'
import type { GroupRow, TargetRow } from '#views/status/status-view.ts'

/** Words that somebody has to read a sentence for; the others say all in the word and in the figures beside it. */
const needsWords = new Set(['Needs you', 'Late', 'On backup', 'Catching up'])

function Delivery({ state }: { state: DeliveryState }) {
  return (
    <>
      <DeliveryWordState state={state} />
      {needsWords.has(state.word) && (
        <span className="block max-w-md text-caption text-muted">
          {state.sentence} {state.todo && <span className="font-medium text-text">{state.todo}</span>}{' '}
          {state.feed && <FeedLink id={state.feed} />}
        </span>
      )}
    </>
  )
}

type Delivered = {
  sources: number
  heard: number
  ledger: Ledger
  lastHour?: Sparkline | undefined
  waitingSince: Date | null
  lastSentAt: Date | null
}

/** What waits and what is missing; a figure that is zero in every row has no column. */
function figureColumns<Row>(of: (row: Row) => Delivered | null, stale: boolean): Column<Row>[] {
  const number = (key: string, head: string, figure: (ledger: Ledger) => number): Column<Row> => {
    const count = (row: Row) => figure(of(row)?.ledger ?? noLedger)
    return {
      key,
      head,
      number: true,
      cell: (row) => <Count of={count(row) || null} stale={stale} />,
      blank: (row) => !count(row),
    }
  }
  return [
    {
      key: 'sources',
      head: 'Heard',
      number: true,
      optional: true,
      cell: (row) => <Heard of={of(row)} />,
      brief: 'none',
    },
    {
      key: 'hour',
      head: 'Last hour',
      number: true,
      optional: true,
      brief: 'none',
      cell: (row) => <Hour of={of(row)?.lastHour} />,
      blank: (row) => of(row)?.lastHour === undefined,
    },
    { ...number('waiting', 'Waiting', ({ waiting, held }) => waiting + held), sortable: true, brief: 'second' },
    {
      key: 'since',
      head: 'Waiting for',
      number: true,
      cell: (row) => (of(row)?.waitingSince ? <Age at={of(row)?.waitingSince} /> : ''),
      blank: (row) => !of(row)?.waitingSince,
    },
    number('expired', 'Expired', ({ expired }) => expired),
    {
      ...number('unaccounted', 'Unaccounted', (ledger) => unaccounted(ledger)),
      cell: (row) => (
        <span className="font-semibold text-red">
          <Count of={unaccounted(of(row)?.ledger ?? noLedger)} stale={stale} />
        </span>
      ),
    },
    {
      key: 'sent',
      head: 'Last sent',
      number: true,
      sortable: true,
      optional: true,
      cell: (row) => (of(row)?.lastSentAt ? <Age at={of(row)?.lastSentAt} /> : '–'),
      brief: 'second',
    },
  ]
}

const Hour = ({ of }: { of: Sparkline | undefined }) => of && <LastHour of={of} quantity="delivered" />

/** "12 / 14": of how many source sessions something was received this trading week. */
function Heard({ of }: { of: Delivered | null }) {
  if (of === null) return <>–</>
  return (
    <span className="figure tabular-nums" title={`Heard of ${of.heard} of ${of.sources} source sessions this week`}>
      {of.heard} / {of.sources}
    </span>
  )
}

const deliveredOf = (group: GroupRow): Delivered | null => (group.isLive && group.seesDelivery ? group : null)

/** Groups: how each is delivered. */
export const groupColumns = (stale: boolean): Column<GroupRow>[] => [
  {
    key: 'state',
    head: 'State',
    sortable: true,
    brief: 'first',
    cell: (group) =>
      group.delivery ? <Delivery state={group.delivery} /> : <span title={group.stateSentence}>{group.stateWord}</span>,
  },
  {
    key: 'name',
    head: 'Group',
    sortable: true,
    isName: true,
    brief: 'first',
    cell: (group) => (
      <Link to={paths.group(group.id)} className="link inline-block min-w-28">
        <bdi>{group.name}</bdi>
      </Link>
    ),
  },
  {
    key: 'owner',
    head: 'Owner',
    sortable: true,
    optional: true,
    brief: 'second',
    cell: (group) => <bdi className="inline-block min-w-28">{group.ownerName}</bdi>,
  },
  { key: 'level', head: 'Messages', optional: true, cell: (group) => group.level || '–', brief: 'none' },
  {
    key: 'targets',
    head: 'Targets',
    number: true,
    optional: true,
    cell: (group) => <Count of={group.targets || null} />,
    brief: 'none',
  },
  ...figureColumns<GroupRow>(deliveredOf, stale),
]

/** Targets: how each is delivered on. */
export const targetColumns = (stale: boolean, { withGroup }: { withGroup: boolean }): Column<TargetRow>[] => [
  {
    key: 'state',
    head: 'State',
    sortable: withGroup,
    brief: 'first',
    cell: (target) => <Delivery state={target.delivery} />,
  },
  {
    key: 'session',
    head: 'Target',
    sortable: withGroup,
    isName: true,
    brief: 'first',
    cell: (target) => (
      <Link to={paths.target(target.sessionId)} className="link">
        <Mono>{target.sessionId}</Mono>
      </Link>
    ),
  },
  ...(withGroup
    ? [
        {
          key: 'group',
          head: 'Group',
          sortable: true,
          brief: 'second',
          cell: (target) => (
            <Link to={paths.group(target.groupId)} className="link">
              <bdi>{target.groupName}</bdi>
            </Link>
          ),
        } satisfies Column<TargetRow>,
        {
          key: 'owner',
          head: 'Owner',
          sortable: true,
          optional: true,
          cell: (target) => <bdi className="inline-block min-w-28">{target.ownerName}</bdi>,
          brief: 'none',
        } satisfies Column<TargetRow>,
      ]
    : []),
  {
    key: 'protocol',
    head: 'Protocol',
    optional: true,
    cell: (target) => protocolNames[target.protocol] ?? target.protocol,
    brief: 'none',
  },
  ...figureColumns<TargetRow>((target) => target, stale),
]

/** Why a group has no target. */
export const noTarget = ({ isOver, stateSentence }: Pick<GroupHead, 'isOver' | 'stateSentence'>): string =>
  isOver ? stateSentence : 'No target yet: a group gets its targets when it is approved.'
