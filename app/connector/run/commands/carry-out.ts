import type { Feed } from '#connector/feeds/feed.ts'
import { renewFeed } from '#connector/run/snapshot/apply-snapshot.ts'
import type { Worker } from '#connector/run/worker.ts'
import type { Control } from '#connector/state/control.ts'
import { nextEpoch } from '#connector/state/state.ts'
import type { Target } from '#connector/targets/target.ts'
import { copiesWait, mostRaise, type SessionCommand, type SessionKind } from '#domain/session/command.ts'

/**
 * An operator's command. `session`: a feed's id, a target's session id, or one session of a target by segment
 * (`ODQ1Z9/10`).
 */
type Order = SessionCommand & { id: string; kind: SessionKind; session: string; expiresMs: number }

type Answer = { state: 'done' | 'refused' | 'expired'; says: string }

const loggedOut = 'Logged out by the operator'
const renumbered = 'Sequence numbers changed by the operator'

const refused = (says: string): Answer => ({ state: 'refused', says })

/**
 * Carries out a command in one turn, or answers why not. A command that this journal has carried out already is
 * answered from the journal: the record that changes the session names the command, so neither exists without the other
 * (ADR 19). What the command did is durable when the journal's next flush is.
 */
export function carryOut(worker: Worker, order: Order): Answer {
  const { core } = worker
  const before = core.state.data.commands?.find(({ id }) => id === order.id)
  if (before) return { state: 'done', says: before.says }
  core.turn()
  // the operator's clock may be the clock before a step
  if (core.clocksMs.every((clockMs) => clockMs > order.expiresMs))
    return { state: 'expired', says: 'Nobody carried it out in time: nothing was done.' }
  const answer = carriers[order.kind](worker, order)
  core.endTurn()
  worker.log.info({ [order.kind]: order.session, command: order.action, state: answer.state }, answer.says)
  return answer
}

function done({ core }: Worker, { id }: Order, says: string, then: Control[] = []): Answer {
  core.control({ kind: 'command', id, says, then })
  return { state: 'done', says }
}

const carriers = { target: onTarget, feed: onFeed, connector: onConnector }

function onConnector(worker: Worker, order: Order): Answer {
  if (order.action === 'confirm-clock') return confirmClock(worker, order)
  if (!worker.core.state.data.tookOver) return refused('There is nothing to acknowledge.')
  const answer = done(worker, order, 'Acknowledged: the alarm has ended.', [{ kind: 'acknowledged' }])
  worker.showTakeOver()
  return answer
}

/** Confirms the clock; what is due by it happens in the same turn. */
function confirmClock(worker: Worker, order: Order): Answer {
  const { steps } = worker.core
  if (steps.doubtMs === 0) return refused('The clock is not in doubt: windows and resets go by it.')
  steps.confirm()
  const answer = done(worker, order, 'Confirmed: windows and resets go by the clock as it is now.')
  worker.weeks.turnIfDue()
  return answer
}

function onTarget(worker: Worker, order: Order): Answer {
  const { session } = order
  const all = [...worker.targets.values()]
  const lanes = all.filter(({ name, config }) => name === session || config.sessionId === session)
  if (lanes.length === 0) return refused(`Target ${session} does not run here.`)
  switch (order.action) {
    case 'log-out':
      return logOutTarget(worker, order, lanes)
    case 'reset':
      return resetTarget(worker, order, lanes)
    case 'set-number': {
      const [lane, other] = lanes
      if (lane && !other) return setTarget(worker, order, lane)
      const names = lanes.map(({ name }) => name).join(', ')
      return refused(`${session} is a session for each of its market segments. Name one of ${names}.`)
    }
    case 'accept-reset':
      return refused('Only a feed takes accept-reset.')
    case 'acknowledge':
    case 'confirm-clock':
      return refused(`Only a connector takes ${order.action}.`)
  }
}

function logOutTarget(worker: Worker, order: Order, lanes: readonly Target[]): Answer {
  const online = lanes.filter((lane) => lane.isOnline)
  if (online.length === 0) return refused('Nobody is logged on.')
  for (const lane of online) lane.part(loggedOut)
  return done(worker, order, 'The client was logged out; it may log on again.')
}

function resetTarget(worker: Worker, order: Order, lanes: readonly Target[]): Answer {
  for (const lane of lanes) {
    lane.peer.expect(1)
    lane.part(renumbered)
  }
  const waiting = lanes.reduce((sum, lane) => sum + lane.state.waiting.total, 0)
  const last = Math.max(...lanes.map((lane) => lane.peer.session.nextOut - 1))
  const says = `Both directions start at 1. ${copiesWait(waiting)}; numbers up to ${last} cannot be had by Resend Request any more.`
  const answer = done(
    worker,
    order,
    says,
    lanes.map(({ id, state }) => ({
      kind: 'numbers',
      session: id,
      epoch: nextEpoch(state.epoch),
      nextIn: 1,
      nextOut: 1,
    })),
  )
  for (const lane of lanes) lane.restart()
  return answer
}

/** Nothing that a client sends is kept, so the number expected of it may be raised or lowered. */
function setTarget(worker: Worker, order: Order, lane: Target): Answer {
  const problem = raiseProblem('Our next number', lane.peer.session.nextOut, order.next)
  if (problem) return refused(problem)
  if (order.expected !== undefined) lane.peer.expect(order.expected)
  lane.part(renumbered) // its Logout uses a number
  const answer = done(worker, order, ...numbersSet(order, lane))
  lane.restart()
  return answer
}

function numbersSet(order: Order, { id, state, peer }: Target | Feed): [says: string, then: Control[]] {
  const { nextIn, nextOut } = peer.session
  const numbers = { nextIn: order.expected ?? nextIn, nextOut: Math.max(order.next ?? 0, nextOut) }
  const says = `Its next number is expected to be ${numbers.nextIn}, ours will be ${numbers.nextOut}.`
  return [says, [{ kind: 'numbers', session: id, epoch: state.epoch, ...numbers }]]
}

function onFeed(worker: Worker, order: Order): Answer {
  const feed = worker.feeds.get(order.session)
  if (!feed) return refused(`Feed ${order.session} does not run here.`)
  switch (order.action) {
    case 'log-out': {
      if (!feed.peer.isLive) return refused('Nobody is logged on.')
      feed.end(loggedOut)
      return done(worker, order, 'The gateway was logged out; the session may begin again.')
    }
    case 'accept-reset':
      return acceptReset(worker, order, feed)
    case 'set-number':
      return setFeed(worker, order, feed)
    case 'reset':
      return refused('Only a target takes reset.')
    case 'acknowledge':
    case 'confirm-clock':
      return refused(`Only a connector takes ${order.action}.`)
  }
}

/**
 * The gateway counts from 1 again: its messages belong to a new epoch. The gateway itself fills the hole before our
 * next number.
 */
function acceptReset(worker: Worker, order: Order, feed: Feed): Answer {
  if (feed.peer.isLive) return refused('The gateway is logged on: its numbers are those that are expected.')
  const { nextIn, nextOut } = feed.peer.session
  const says = `1 is expected of the gateway, ${nextIn} was; our own number goes on at ${nextOut}.`
  startAgain(worker, feed, 'the gateway started again', (controls) => {
    done(worker, order, says, controls)
  })
  return { state: 'done', says }
}

/** Ends a feed's session; the next one expects 1, and our own number goes on. `write` journals what this changes. */
export function startAgain(worker: Worker, feed: Feed, why: string, write: (controls: Control[]) => void): void {
  feed.part(renumbered)
  const { nextIn, nextOut, highestIn } = feed.peer.session
  const lost = lossOf(worker, feed, nextIn, highestIn, why)
  const epoch = nextEpoch(feed.state.epoch)
  write([...lost, { kind: 'numbers', session: feed.id, epoch, nextIn: 1, nextOut }])
  renewFeed(worker, feed, renumbered)
}

/** The journal names messages by these numbers: none may be expected a second time, and one passed over is lost. */
function setFeed(worker: Worker, order: Order, feed: Feed): Answer {
  const { nextIn, nextOut } = feed.peer.session
  const problem =
    raiseProblem('The expected number of a feed', nextIn, order.expected) ??
    raiseProblem('Our next number', nextOut, order.next)
  if (problem) return refused(problem)
  const { expected = nextIn } = order
  feed.peer.expect(expected)
  feed.part(renumbered)
  const lost = lossOf(worker, feed, nextIn, expected - 1, 'passed over by the operator')
  const [says, numbers] = numbersSet(order, feed)
  const answer = done(worker, order, says, [...lost, ...numbers])
  renewFeed(worker, feed, renumbered)
  return answer
}

const lossOf = ({ core }: Worker, { id }: Feed, from: number, to: number, why: string): Control[] =>
  to < from ? [] : [{ kind: 'loss', feed: id, from, to, why, atMs: core.wallMs }]

function raiseProblem(what: string, present: number, wanted: number | undefined): string | undefined {
  if (wanted === undefined) return undefined
  if (wanted <= present) return `${what} is ${present} and may only grow.`
  return wanted - present > mostRaise
    ? `${what} is ${present}; one command raises it by ${mostRaise} at most.`
    : undefined
}
