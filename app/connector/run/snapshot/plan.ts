import { type Address, addressKey, feedAddresses } from '#connector/wire/address.ts'
import { type Lane, lanesOf } from '#connector/wire/lanes.ts'
import type { Snapshot, SnapshotFeed } from '#domain/configuration/snapshot.ts'

/** The part of what runs that a plan needs. */
type Running = {
  exchange: Snapshot['exchange'] | undefined
  listeners: readonly string[]
  feeds: readonly SnapshotFeed[]
  targets: readonly Lane[]
}

/** In this order: addresses first, because they may be refused; then what is cut off; then what is new. */
export type Action =
  | { type: 'listen'; address: Address }
  | { type: 'unlisten'; key: string }
  | { type: 'remove-feed'; id: string }
  | { type: 'add-feed'; feed: SnapshotFeed }
  /** `restart`: the rules under which its connection was made have changed. */
  | { type: 'change-feed'; feed: SnapshotFeed; restart: boolean }
  | { type: 'remove-target'; id: string }
  | { type: 'add-target'; target: Lane }
  /** `restart`: the address it is connected to is no longer its own, or no longer in force. */
  | { type: 'change-target'; target: Lane; restart: boolean }

/** Actions that turn what runs into what is wanted; none when they agree. Cuts only sessions that must be cut. */
export function plan(running: Running, wanted: Pick<Snapshot, 'feeds' | 'sources' | 'targets' | 'exchange'>): Action[] {
  const needed = new Map(wantedAddresses(wanted).map((address) => [addressKey(address), address]))
  const renamed = running.exchange !== undefined && !same(running.exchange, wanted.exchange)
  return [
    ...[...needed]
      .filter(([key]) => !running.listeners.includes(key))
      .map(([, address]): Action => ({ type: 'listen', address })),
    ...running.listeners.filter((key) => !needed.has(key)).map((key): Action => ({ type: 'unlisten', key })),
    ...feedActions(running.feeds, wanted.feeds),
    ...targetActions(running.targets, lanesOf(wanted), renamed),
  ]
}

export const wantedAddresses = (wanted: Pick<Snapshot, 'feeds' | 'targets'>): Address[] => [
  ...wanted.feeds.filter((feed) => feed.mode === 'accept').flatMap(feedAddresses),
  ...wanted.targets.flatMap((target) => target.listen.map(({ host, port }) => ({ host, port }))),
]

function feedActions(running: readonly SnapshotFeed[], wanted: readonly SnapshotFeed[]): Action[] {
  const now = new Map(running.map((feed) => [feed.id, feed]))
  const then = new Set(wanted.map((feed) => feed.id))
  const gone = running
    .filter((feed) => !then.has(feed.id))
    .map((feed): Action => ({ type: 'remove-feed', id: feed.id }))
  const others = wanted.flatMap((feed): Action[] => {
    const old = now.get(feed.id)
    if (!old) return [{ type: 'add-feed', feed }]
    if (same(old, feed)) return []
    return [{ type: 'change-feed', feed, restart: !same(connectionOf(old), connectionOf(feed)) }]
  })
  return [...gone, ...others]
}

/** What the present connection depends on; a change of who else may connect does not cut it. */
const connectionOf = ({ allowFrom: _allowed, week: _week, reset: _reset, ...rest }: SnapshotFeed) => rest

function targetActions(running: readonly Lane[], wanted: readonly Lane[], renamed: boolean): Action[] {
  const now = new Map(running.map((target) => [target.name, target]))
  const then = new Set(wanted.map((target) => target.name))
  const gone = running
    .filter((target) => !then.has(target.name))
    .map((target): Action => ({ type: 'remove-target', id: target.name }))
  const others = wanted.flatMap((target): Action[] => {
    const old = now.get(target.name)
    if (!old) return [{ type: 'add-target', target }]
    const kept = old.listen.every((one) => target.listen.some((other) => sameWay(one, other)))
    const restart = renamed || !kept || old.active !== target.active || old.protocol !== target.protocol
    return same(old, target) && !renamed ? [] : [{ type: 'change-target', target, restart }]
  })
  return [...gone, ...others]
}

/** What a connection was made by: new certificates do not cut it, newly wanted or unwanted encryption does. */
const sameWay = (a: Lane['listen'][number], b: Lane['listen'][number]): boolean =>
  addressKey(a) === addressKey(b) && (a.tls === undefined) === (b.tls === undefined)

/** A part that no version has changed is still the same object. */
const same = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b)
