import { Link } from '@remix-run/react'
import { FeedLink, FeedName } from '#app/components/feed-name.tsx'
import { Count, Mono } from '#app/components/figures.tsx'
import { ledgerColumns } from '#app/components/ledger.tsx'
import { SourceName } from '#app/components/source-name.tsx'
import { DeliveryWordState } from '#app/components/states.tsx'
import { Table } from '#app/components/table.tsx'
import { Age } from '#app/components/time.tsx'
import { paths } from '#app/paths.ts'
import { gatewayName } from '#app/routes/names.ts'
import type { Sort } from '#domain/list/ask.ts'
import type { DeliveryState } from '#domain/status/state.ts'
import { feedStateWords } from '#domain/status/words.ts'
import type { GroupView } from '#views/group/group-view.ts'
import type { FeedRow, GroupRow, SourceRow, TargetRow } from '#views/status/status-view.ts'

/** The word, and when not all is well the line that says why and what to do. */
function Delivery({
  state,
  fallback,
}: {
  state: DeliveryState | undefined
  fallback?: Pick<GroupRow, 'stateWord' | 'stateSentence'>
}) {
  if (!state)
    return (
      <div className="max-w-md">
        {fallback?.stateWord}
        <span className="block text-caption text-muted">{fallback?.stateSentence}</span>
      </div>
    )
  return (
    <div className="max-w-md">
      <DeliveryWordState state={state} />
      {state.word !== 'Complete' && (
        <span className="block text-caption text-muted">
          {state.sentence} {state.todo && <span className="font-medium text-text">{state.todo}</span>}{' '}
          {state.feed && <FeedLink id={state.feed} />}
        </span>
      )}
    </div>
  )
}

/** Groups, with the state of their delivery; a group that is not live says so instead. */
export function GroupTable({
  groups,
  stale,
  sort,
  empty,
}: {
  groups: readonly GroupRow[]
  stale: boolean
  sort?: Sort
  empty: React.ReactNode
}) {
  return (
    <Table
      caption="Groups"
      rows={groups}
      rowKey={(group) => group.id}
      empty={empty}
      {...(sort ? { sort } : {})}
      columns={[
        {
          key: 'name',
          head: 'Group',
          sortable: true,
          cell: (group) => (
            <Link to={paths.group(group.id)} className="link block min-w-24">
              {group.name}
            </Link>
          ),
        },
        {
          key: 'state',
          head: 'State',
          sortable: true,
          wide: true,
          cell: (group) => <Delivery state={group.delivery} fallback={group} />,
        },
        {
          key: 'owner',
          head: 'Owner',
          sortable: true,
          cell: (group) => <span className="block min-w-24">{group.ownerName}</span>,
        },
        {
          key: 'sources',
          head: 'Sources',
          number: true,
          sortable: true,
          cell: (group) => <Count of={group.isLive && group.seesDelivery ? group.sources : null} />,
        },
        { key: 'targets', head: 'Targets', number: true, cell: (group) => <Count of={group.targets || null} /> },
        ...ledgerColumns<GroupRow>((group) => (group.isLive && group.seesDelivery ? group.ledger : null), stale),
        {
          key: 'sent',
          head: 'Last sent',
          number: true,
          cell: (group) => (
            <LastSent at={group.lastSentAt} isKnown={group.targets > 0 && group.ledger.delivered === 0} />
          ),
        },
      ]}
    />
  )
}

/**
 * `isKnown`: whether the reader can know that nothing was ever sent. A guarantor does not see the targets, and the
 * connector may have forgotten.
 */
const LastSent = ({ at, isKnown }: { at: Date | null; isKnown: boolean }) =>
  at !== null || isKnown ? <Age at={at} /> : <>–</>

/** Why a group has no target. */
export const noTarget = ({ isOver, stateSentence }: Pick<GroupView, 'isOver' | 'stateSentence'>): string =>
  isOver ? stateSentence : 'No target yet: a group gets its targets when it is approved.'

/** Targets with their figures. Figures that change with every heartbeat are on the target's own page. */
export function TargetTable({
  targets,
  stale,
  withGroup,
  empty,
}: {
  targets: readonly TargetRow[]
  stale: boolean
  withGroup: boolean
  empty: string
}) {
  return (
    <Table
      caption="Targets"
      rows={targets}
      rowKey={(target) => target.sessionId}
      empty={empty}
      columns={[
        {
          key: 'target',
          head: 'Target',
          cell: (target) => (
            <Link to={paths.target(target.sessionId)} className="link">
              <Mono>{target.sessionId}</Mono>
            </Link>
          ),
        },
        { key: 'state', head: 'State', wide: true, cell: (target) => <Delivery state={target.delivery} /> },
        ...(withGroup
          ? [
              {
                key: 'group',
                head: 'Group',
                cell: (target: TargetRow) => (
                  <Link to={paths.group(target.groupId)} className="link">
                    {target.groupName}
                  </Link>
                ),
              },
            ]
          : []),
        { key: 'sources', head: 'Sources', number: true, cell: (target) => <Count of={target.sources} /> },
        ...ledgerColumns<TargetRow>((target) => target.ledger, stale),
        {
          key: 'sent',
          head: 'Last sent',
          number: true,
          cell: (target) => <LastSent at={target.lastSentAt} isKnown={target.ledger.delivered === 0} />,
        },
      ]}
    />
  )
}

/** Order-entry sessions whose messages are copied. */
export function SourceTable({
  sources,
  stale,
  sort,
  empty,
}: {
  sources: readonly SourceRow[]
  stale: boolean
  sort?: Sort
  empty: string
}) {
  return (
    <Table
      caption="Source sessions"
      rows={sources}
      rowKey={(source) => source.name}
      empty={empty}
      {...(sort ? { sort } : {})}
      columns={[
        {
          key: 'name',
          head: 'Source session',
          sortable: true,
          cell: (source) => <SourceName name={source.name} />,
        },
        { key: 'gateway', head: 'Gateway', cell: (source) => gatewayName(source.gateway) },
        { key: 'guarantors', head: 'Guaranteed by', cell: (source) => source.guarantors.join(', ') || '–' },
        { key: 'groups', head: 'Groups', number: true, sortable: true, cell: (source) => <Count of={source.groups} /> },
        {
          key: 'received',
          head: 'Received',
          number: true,
          sortable: true,
          cell: (source) => <Count of={source.received} stale={stale} />,
        },
        {
          key: 'highest',
          head: 'Highest number',
          number: true,
          cell: (source) => <Count of={source.highest} stale={stale} />,
        },
        {
          key: 'aside',
          head: 'Kept aside',
          number: true,
          cell: (source) => <Count of={source.aside} stale={stale} />,
          blank: (source) => source.aside === 0,
        },
        {
          key: 'heard',
          head: 'Last heard',
          number: true,
          sortable: true,
          cell: (source) => <Age at={source.lastReceivedAt} />,
        },
      ]}
    />
  )
}

/** Connections from order-entry gateways; for the exchange's own people. */
export function FeedTable({ feeds, stale }: { feeds: readonly FeedRow[]; stale: boolean }) {
  const number = (key: 'received' | 'duplicates' | 'aside' | 'missing' | 'lost', head: string) => ({
    key,
    head,
    number: true,
    cell: (feed: FeedRow) => <Count of={feed[key]} stale={stale} />,
  })
  return (
    <Table
      caption="Feeds"
      rows={feeds}
      rowKey={(feed) => feed.id}
      empty="No feed has reported yet."
      columns={[
        { key: 'feed', head: 'Feed', cell: (feed) => <FeedName id={feed.id} /> },
        { key: 'state', head: 'State', cell: (feed) => (feed.state ? feedStateWords[feed.state] : 'unknown') },
        { key: 'gateway', head: 'Gateway', cell: (feed) => gatewayName(feed.gateway) },
        number('received', 'Received'),
        number('duplicates', 'Duplicates'),
        number('aside', 'Kept aside'),
        number('missing', 'Asked for again'),
        number('lost', 'Lost upstream'),
        { key: 'heard', head: 'Last heard', number: true, cell: (feed) => <Age at={feed.lastReceivedAt} /> },
        { key: 'detail', head: 'Note', cell: (feed) => feed.detail ?? '', blank: (feed) => !feed.detail },
      ]}
    />
  )
}
