import type { Feed } from '#connector/feeds/feed.ts'
import { renewFeed } from '#connector/wanted/conform.ts'
import { type WeekRule, weekOf } from '#domain/time/week.ts'
import type { Worker } from './worker.ts'

const everyMs = 1_000
const endOfWeek = 'End of trading week'

/**
 * Turns the trading week: at its instant, or at start when the instant has passed meanwhile. While the wall clock is in
 * doubt, what is due by it alone, or by the clock before it was set alone, waits.
 */
export class Weeks {
  private lookedMs = 0

  constructor(private readonly worker: Worker) {}

  tick(): void {
    const { clock } = this.worker.core
    if (!this.worker.running || clock.steadyMs() - this.lookedMs < everyMs) return
    this.lookedMs = clock.steadyMs()
    this.turnIfDue()
  }

  /** The week of now, unless it is the one in force. Ids only grow: a clock set back turns nothing. */
  turnIfDue(): void {
    const { core, running, feeds } = this.worker
    if (!running) return
    for (const feed of feeds.values()) this.turnFeed(feed)
    const { agreed } = this.weeksOf(running.week)
    if (agreed > core.state.data.week) this.turn(agreed)
  }

  /** Resets that are due by one of the two clocks and not by the other, in words. */
  get waiting(): string[] {
    const { core, running, feeds, targets } = this.worker
    if (!running || core.steps.doubtMs === 0) return []
    const isWaiting = (rule: WeekRule, inForce: string) => {
      const { agreed, latest } = this.weeksOf(rule)
      return latest > inForce && agreed <= inForce
    }
    const unsent = [...targets.values()].reduce((sum, target) => sum + target.state.waiting.total, 0)
    const own = [...feeds.values()].filter(
      ({ config, state }) => config.week && state.week !== undefined && isWaiting(config.week, state.week),
    )
    return [
      ...(isWaiting(running.week, core.state.data.week) ? [`the weekly reset (it strands ${unsent} copies)`] : []),
      ...own.map(({ name }) => `the weekly reset of feed ${name}`),
    ]
  }

  /** The week that both clocks are in by now, and the one that at least one of them is in; the same without doubt. */
  private weeksOf(rule: WeekRule): { agreed: string; latest: string } {
    const { clock, steps } = this.worker.core
    const byWall = weekOf(clock.wallMs(), rule)
    if (steps.doubtMs === 0) return { agreed: byWall, latest: byWall }
    const byBefore = weekOf(steps.trustedMs(), rule)
    return byWall < byBefore ? { agreed: byWall, latest: byBefore } : { agreed: byBefore, latest: byWall }
  }

  /** A feed whose numbers start anew by a rule of its own, as its gateway's do. */
  private turnFeed(feed: Feed): void {
    const { core } = this.worker
    if (!feed.config.week) return
    const { agreed: week } = this.weeksOf(feed.config.week)
    const inForce = feed.state.week
    if (inForce !== undefined && week <= inForce) return
    if (inForce !== undefined) {
      feed.peer.input({ type: 'abandon' }) // its numbers mean something else from now on
      feed.peer.expect(1)
      feed.part(endOfWeek)
    }
    core.control({ kind: 'feed-week', feed: feed.id, week })
    if (inForce !== undefined) renewFeed(this.worker, feed, endOfWeek)
  }

  private turn(week: string): void {
    const { core, targets, log } = this.worker
    const stranded = [...targets.values()].reduce((sum, target) => sum + target.state.waiting.total, 0)
    for (const target of targets.values()) {
      target.peer.expect(1)
      target.part(endOfWeek)
    }
    core.control({ kind: 'week', week })
    for (const target of targets.values()) target.restart()
    for (const feed of this.worker.feeds.keys()) this.worker.showAlarmsOf(feed)
    log.info({ week, stranded }, 'a new trading week')
  }
}
