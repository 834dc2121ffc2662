import type { Feed } from '#connector/feeds/feed.ts'
import { feedWeek } from '#connector/feeds/feed-session.ts'
import type { Numbers } from '#connector/state/state.ts'
import type { Target } from '#connector/targets/target.ts'
import { everyDay, type WeekRule, weekOf } from '#domain/calendar/week.ts'
import { startAgain } from './commands/carry-out.ts'
import type { Core } from './core.ts'
import { renewFeed } from './snapshot/apply-snapshot.ts'
import type { Worker } from './worker.ts'

const everyMs = 1_000
const endOfWeek = 'End of trading week'
const endOfDay = 'End of trading day'
/**
 * Milliseconds. An acceptor that resets daily does so by its own clock: a low number this near to the instant of the
 * reset counts as its reset.
 */
const nearMs = 10 * 60_000

/** Every target ends its sessions of the week that is over, and begins this week with 1. */
export function turnTargets(core: Pick<Core, 'control'>, targets: readonly Target[], week: string): void {
  for (const target of targets) {
    target.peer.expect(1)
    target.part(endOfWeek)
  }
  core.control({ kind: 'week', week })
  for (const target of targets) target.restart()
}

/**
 * Turns the trading week: at its instant, or at start when that instant has passed. While the wall clock is in doubt, a
 * reset waits that is due by only one of the two clocks. Ends sessions whose logon window is over.
 */
export class Weeks {
  private lookedMs = 0
  /** Feeds whose acceptors have reset. */
  private readonly low = new Set<string>()

  constructor(private readonly worker: Worker) {}

  tick(): void {
    const { core, running, targets } = this.worker
    const { clock } = core
    if (!running || clock.steadyMs() - this.lookedMs < everyMs) return
    this.lookedMs = clock.steadyMs()
    for (const target of targets.values())
      if (target.isOnline && !target.isOpen) target.end('End of logon window. Logout forced.')
    this.followAll()
    this.turnIfDue()
  }

  /** Turns to the present week, unless it is in force. Ids of weeks only grow: a clock set back turns nothing. */
  turnIfDue(): void {
    const { core, running, feeds } = this.worker
    if (!running) return
    for (const feed of feeds.values()) this.turnFeed(feed)
    const { agreed } = this.weeksOf(running.week)
    if (agreed > core.state.data.week) this.turn(agreed)
  }

  /** Resets that are due by one of the two clocks but not by the other, in words. */
  get waiting(): string[] {
    const { core, running, feeds, targets } = this.worker
    if (!running || core.steps.doubtMs === 0) return []
    const isWaiting = (rule: WeekRule, inForce: string) => {
      const { agreed, latest } = this.weeksOf(rule)
      return latest > inForce && agreed <= inForce
    }
    const unsent = [...targets.values()].reduce((sum, target) => sum + target.state.waiting.total, 0)
    const own = [...feeds.values()].filter(({ config, state }) => {
      const rule = feedWeek(config)
      return rule && state.week !== undefined && isWaiting(rule, state.week)
    })
    return [
      ...(isWaiting(running.week, core.state.data.week) ? [`the weekly reset (it strands ${unsent} copies)`] : []),
      ...own.map(({ name }) => `the reset of feed ${name}`),
    ]
  }

  /** The week that both clocks have reached, and the later one that one clock has reached; the same without doubt. */
  private weeksOf(rule: WeekRule): { agreed: string; latest: string } {
    const { clock, steps } = this.worker.core
    const byWall = weekOf(clock.wallMs(), rule)
    if (steps.doubtMs === 0) return { agreed: byWall, latest: byWall }
    const byBefore = weekOf(steps.trustedMs(), rule)
    return byWall < byBefore ? { agreed: byWall, latest: byBefore } : { agreed: byBefore, latest: byWall }
  }

  /** Turns a feed whose numbers restart by a rule of its own, as its gateway's do. */
  private turnFeed(feed: Feed): void {
    const { core } = this.worker
    const rule = feedWeek(feed.config)
    if (!rule) return
    const { agreed: week } = this.weeksOf(rule)
    const inForce = feed.state.week
    if (inForce !== undefined && week <= inForce) return
    const why = rule.day === everyDay ? endOfDay : endOfWeek
    if (inForce !== undefined) {
      feed.peer.input({ type: 'abandon' }) // its numbers mean something else from now on
      feed.peer.expect(1)
      feed.part(why)
    }
    core.control({ kind: 'feed-week', feed: feed.id, week })
    if (inForce !== undefined) renewFeed(this.worker, feed, why)
  }

  /** The feed resets by another rule from now on: what was due by the old rule is no reason to reset now. */
  note({ id, state, config }: Feed): void {
    const rule = feedWeek(config)
    if (!rule || state.week === undefined) return
    const { agreed: week } = this.weeksOf(rule)
    this.mark(id, state, week > state.week ? week : state.week)
  }

  /** Notes that the feed has reached this week or day; none of its numbers changes. */
  private mark(feed: number, { epoch, nextIn, nextOut }: Numbers, week: string): void {
    this.worker.core.control({ kind: 'feed-week', feed, week })
    this.worker.core.control({ kind: 'numbers', session: feed, epoch, nextIn, nextOut })
  }

  /**
   * Call when the acceptor of a feed that resets daily has answered our Logon with a number too low, as it does when it
   * resets a little before or after us. False: it is not the time of day for that, and nothing was done.
   */
  follow(feed: Feed): boolean {
    if (!this.isNearReset(feed)) return false
    this.low.add(feed.name)
    return true
  }

  /** Whether the feed resets daily, and its reset is due about now. */
  isNearReset({ config }: Feed): boolean {
    const { clock, steps } = this.worker.core
    const rule = feedWeek(config)
    if (rule?.day !== everyDay || steps.doubtMs !== 0) return false
    return weekOf(clock.wallMs() - nearMs, rule) !== weekOf(clock.wallMs() + nearMs, rule)
  }

  /**
   * Outside the session's turn: it has just ended. Our number goes on, which every acceptor takes; its own begins at 1.
   */
  private followAll(): void {
    for (const name of this.low) {
      const feed = this.worker.feeds.get(name)
      const rule = feed && feedWeek(feed.config)
      if (!rule) continue
      const week = weekOf(this.worker.core.clock.wallMs() + nearMs, rule)
      startAgain(this.worker, feed, 'the gateway reset its numbers', (controls) => {
        for (const control of controls) this.worker.core.control(control)
        if (week > (feed.state.week ?? '')) this.mark(feed.id, feed.state, week)
      })
    }
    this.low.clear()
  }

  private turn(week: string): void {
    const { core, targets, log } = this.worker
    const stranded = [...targets.values()].reduce((sum, target) => sum + target.state.waiting.total, 0)
    turnTargets(core, [...targets.values()], week)
    for (const feed of this.worker.feeds.keys()) this.worker.showAlarmsOf(feed)
    log.info({ week, stranded }, 'a new trading week')
  }
}
