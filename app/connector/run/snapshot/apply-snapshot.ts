import { Feed } from '#connector/feeds/feed.ts'
import { feedWeek } from '#connector/feeds/feed-session.ts'
import { InitiatingFeed } from '#connector/feeds/initiating-feed.ts'
import type { RefusedAddresses } from '#connector/run/failover.ts'
import type { Worker } from '#connector/run/worker.ts'
import { Target } from '#connector/targets/target.ts'
import { type Address, addressKey, feedAddresses } from '#connector/wire/address.ts'
import { type Lane, lanesOf } from '#connector/wire/lanes.ts'
import { tlsOf } from '#connector/wire/tls.ts'
import type { Snapshot, SnapshotFeed, SnapshotTarget } from '#domain/configuration/snapshot.ts'
import { cutOver, fromSourceSeq, ownersOf } from './cut-over.ts'
import { showIds } from './ids.ts'
import type { PartReport } from './part-report.ts'
import { type Action, plan, wantedAddresses } from './plan.ts'

/**
 * Makes what runs equal to the snapshot, as far as its addresses are free: a feed or target whose address somebody else
 * uses is refused and stays as it was; everything else is applied. Answers the outcome of each part.
 */
export async function applySnapshot(worker: Worker, wanted: Snapshot, digest: string): Promise<PartReport[]> {
  const { core, running } = worker
  const refused = await listen(worker, plan(runningOf(worker), wanted), wanted)
  core.turn()
  const snapshot = worker.failovers.applied(wanted, refused)
  const actions = plan(runningOf(worker), snapshot)
  const applied = running ? withoutRefused(worker, running, snapshot, refused) : snapshot
  const needed = new Set(wantedAddresses(applied).map(addressKey)) // more than wanted where a part stays as it was
  for (const action of actions)
    if (action.type === 'unlisten' && !needed.has(action.key)) worker.acceptor.unlisten(action.key)
  worker.identitiesChange()
  for (const action of actions) cutOff(worker, action)
  const before = worker.running
  worker.running = applied
  limits(worker, applied)
  worker.weeks.turnIfDue()
  worker.intake.configure(applied.exchange)
  worker.sources.configure(ownersOf(applied), (name) => core.idOf('stream', name))
  for (const feed of applied.feeds) core.idOf('feed', feed.id)
  cutOver(core, applied, digest, worker.failovers)
  for (const action of actions) bringIn(worker, action, applied, refused)
  for (const feed of worker.feeds.keys()) worker.showAlarmsOf(feed) // sources of messages kept aside may be known now
  worker.weeks.turnIfDue() // new feeds have a week of their own
  showIds(worker)
  core.endTurn()
  return reports(worker, applied, before, refused)
}

const runningOf = (worker: Worker) => ({
  exchange: worker.running?.exchange,
  listeners: worker.acceptor.keys,
  feeds: [...worker.feeds.values()].map((feed) => feed.config),
  targets: [...worker.targets.values()].map((target) => target.config),
})

async function listen(worker: Worker, actions: readonly Action[], wanted: Snapshot): Promise<RefusedAddresses> {
  const refused = secure(worker, wanted)
  for (const action of actions) {
    if (action.type !== 'listen' || refused.has(addressKey(action.address))) continue
    try {
      await worker.acceptor.listen(action.address)
    } catch (cause) {
      refused.set(addressKey(action.address), cause instanceof Error ? cause.message : String(cause))
    }
  }
  return refused
}

/**
 * Sets how each address is encrypted, before anybody can connect. An address whose files cannot be used stays as it is.
 */
function secure(worker: Worker, wanted: Snapshot): Map<string, string> {
  const refused = new Map<string, string>()
  const tls = tlsOf(wanted)
  for (const key of new Set(wantedAddresses(wanted).map(addressKey))) {
    try {
      worker.acceptor.secure(key, tls.get(key))
    } catch (cause) {
      refused.set(key, `tls: ${cause instanceof Error ? cause.message : String(cause)}`)
    }
  }
  return refused
}

const isRefused = (addresses: readonly Address[], refused: RefusedAddresses): string | undefined =>
  addresses.map((address) => refused.get(addressKey(address))).find((why) => why !== undefined)

const feedRefusal = (feed: SnapshotFeed, refused: RefusedAddresses) =>
  feed.mode === 'accept' ? isRefused(feedAddresses(feed), refused) : undefined
/** A target that is failed over runs without the address that it left. */
const targetRefusal = (
  { failovers }: Worker,
  { sessionId, active, listen }: SnapshotTarget,
  refused: RefusedAddresses,
) => isRefused(failovers.of(sessionId) ? listen.filter(({ role }) => role === active) : listen, refused)

/** A refused part stays as it was; a new refused part stays as wanted, so that the next pass tries it again. */
function withoutRefused(worker: Worker, running: Snapshot, wanted: Snapshot, refused: RefusedAddresses): Snapshot {
  const oldFeed = (id: string) => running.feeds.find((feed) => feed.id === id)
  const oldTarget = (id: string) => running.targets.find((target) => target.sessionId === id)
  return {
    ...wanted,
    feeds: wanted.feeds.map((feed) => (feedRefusal(feed, refused) ? (oldFeed(feed.id) ?? feed) : feed)),
    targets: wanted.targets.map((one) =>
      targetRefusal(worker, one, refused) ? (oldTarget(one.sessionId) ?? one) : one,
    ),
  }
}

function cutOff(worker: Worker, action: Action): void {
  if (action.type === 'remove-feed') {
    const feed = worker.feeds.get(action.id)
    if (feed instanceof InitiatingFeed) feed.stop()
    feed?.end('Feed removed')
    worker.feeds.delete(action.id)
    worker.alarms.clearAll('feed', action.id)
  } else if (action.type === 'remove-target') {
    const target = worker.targets.get(action.id)
    target?.part('Session closed. Logout forced.')
    if (target) worker.intake.targets[target.id] = undefined
    worker.targets.delete(action.id)
  }
}

function bringIn(worker: Worker, action: Action, applied: Snapshot, refused: RefusedAddresses): void {
  switch (action.type) {
    case 'add-feed':
      if (!feedRefusal(action.feed, refused)) addFeed(worker, action.feed)
      return
    case 'change-feed':
      if (!feedRefusal(action.feed, refused)) changeFeed(worker, action.feed, action.restart)
      return
    case 'add-target':
      if (!targetRefusal(worker, action.target, refused)) addTarget(worker, applied, action.target)
      return
    case 'change-target': {
      const target = worker.targets.get(action.target.name)
      if (!target || targetRefusal(worker, action.target, refused)) return
      if (action.restart) target.part('Configuration changed. Logout forced.')
      target.reconfigure(action.target, applied.exchange)
      if (action.restart) target.restart() // a failover has moved its numbers
      return
    }
    default:
      return
  }
}

function addFeed(worker: Worker, config: SnapshotFeed): void {
  const { core, intake, door, budget } = worker
  const id = core.idOf('feed', config.id)
  if (config.mode === 'accept') worker.feeds.set(config.id, new Feed(id, core, config, intake, door))
  else {
    const feed = new InitiatingFeed(id, core, config, intake, door, budget)
    worker.feeds.set(config.id, feed)
    feed.start()
  }
  worker.showAlarmsOf(config.id)
  const feed = worker.feeds.get(config.id)
  if (feed) worker.press(feed)
}

function changeFeed(worker: Worker, config: SnapshotFeed, restart: boolean): void {
  const feed = worker.feeds.get(config.id)
  if (!feed) return
  const isOtherRule = JSON.stringify(feedWeek(feed.config)) !== JSON.stringify(feedWeek(config))
  feed.config = config
  if (isOtherRule) worker.weeks.note(feed)
  if (restart) renewFeed(worker, feed, 'Configuration changed')
}

/** Ends a feed's session and begins another with the present numbers and configuration. */
export function renewFeed(worker: Worker, feed: Feed, why: string): void {
  worker.identitiesChange()
  if (feed instanceof InitiatingFeed) feed.stop()
  feed.part(why)
  addFeed(worker, feed.config)
}

function addTarget(worker: Worker, applied: Snapshot, config: Lane): void {
  const { core, sources, door, sweep } = worker
  const target = new Target(core.idOf('target', config.name), core, sources, applied.exchange, config, door, sweep)
  worker.targets.set(config.name, target)
  worker.intake.targets[target.id] = target.copies
}

function limits(worker: Worker, { limits: { socketBytes, allSocketsBytes } }: Snapshot): void {
  if (socketBytes) worker.budget.perSocket = socketBytes
  if (allSocketsBytes) worker.budget.inAll = allSocketsBytes
}

/**
 * The report of a target names the numbers of its sources, and of those that have just left it: from those numbers on
 * nothing is copied.
 */
function reports(
  worker: Worker,
  applied: Snapshot,
  before: Snapshot | undefined,
  refused: RefusedAddresses,
): PartReport[] {
  const { core } = worker
  const sources = new Map<string, string[]>()
  for (const lane of [...lanesOf(applied), ...(before ? lanesOf(before) : [])])
    sources.set(lane.sessionId, [...(sources.get(lane.sessionId) ?? []), ...lane.sources])
  return [
    ...applied.feeds.map((feed) => reportOf('feed', feed.id, feedRefusal(feed, refused))),
    ...applied.sources.map((source) => reportOf('source', source.id, undefined)),
    ...applied.targets.map((target) => ({
      ...reportOf('target', target.sessionId, targetRefusal(worker, target, refused)),
      fromSourceSeq: fromSourceSeq(core, sources.get(target.sessionId) ?? []),
    })),
  ]
}

const reportOf = (kind: PartReport['kind'], id: string, why: string | undefined): PartReport =>
  why === undefined ? { kind, id, state: 'running' } : { kind, id, state: 'refused', detail: why }
