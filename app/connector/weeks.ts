import type { Feed } from '#connector/feeds/feed.ts'
import { renewFeed } from '#connector/wanted/conform.ts'
import { weekOf } from '#domain/time/week.ts'
import type { Worker } from './worker.ts'

/** Above this the clocks disagree too much for a scheduled reset. */
const doubtMs = 60_000
const everyMs = 1_000
const endOfWeek = 'End of trading week'
const waits = (what: string) => `The clock has jumped: ${what} waits for an operator.`

/** Turns the trading week: at its instant, or at start when the instant has passed meanwhile. */
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
    const { core, running, alarms } = this.worker
    if (!running) return
    const isDoubtful = Math.abs(core.clock.wallMs() - core.clock.steadyMs()) > doubtMs
    if (!isDoubtful) alarms.clear('clock', 'connector', '')
    const feeds = [...this.worker.feeds.values()]
    const waiting = isDoubtful ? feeds.find((feed) => this.isDue(feed) && feed.state.week !== undefined) : undefined
    if (waiting) alarms.raise('clock', 'connector', '', waits(`the weekly reset of feed ${waiting.name}`))
    if (!isDoubtful) for (const feed of feeds) this.turnFeed(feed)
    const week = weekOf(core.clock.wallMs(), running.week)
    const inForce = core.state.data.week
    if (week <= inForce) return
    if (isDoubtful && inForce !== '') alarms.raise('clock', 'connector', '', waits('the weekly reset'))
    else this.turn(week)
  }

  /** The instant of a feed's own reset has passed, or none was ever written down. */
  private isDue({ config, state }: Feed): boolean {
    if (!config.week) return false
    return state.week === undefined || weekOf(this.worker.core.clock.wallMs(), config.week) > state.week
  }

  /** A feed whose numbers start anew by a rule of its own, as its gateway's do. */
  private turnFeed(feed: Feed): void {
    const { core } = this.worker
    if (!feed.config.week || !this.isDue(feed)) return
    const week = weekOf(core.clock.wallMs(), feed.config.week)
    const inForce = feed.state.week
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
