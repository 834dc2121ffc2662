import { setTimeout as sleep } from 'node:timers/promises'
import { steadyNowMs } from '#peer/fix-peer.ts'
import { counted, LogProblems } from './log-problems.ts'
import type { GatewaySimOptions, Rate } from './options.ts'
import { OrderFlow } from './order-flow.ts'
import type { Outlet } from './outlet.ts'
import { type LoggedMessage, readLog } from './replay.ts'

/** How often production looks at the clock, and how much it makes at most before others get their turn. */
const tickMs = 5
const burst = 200

/** What production needs to know of the connection. */
interface ProducerHost {
  mayProduce(): boolean
  live(): boolean
  /** Call back when the socket has room again. */
  drained(call: () => void): void
  done(): void
  note(text: string): void
}

/** Makes source messages at the wanted rate, from a flow or from a log. */
export class Producer {
  readonly done: Promise<void>
  /** The outcome of playing a log, if one is played. */
  readonly replayed = { sent: 0, passedOver: 0, failed: false }
  private readonly outlet: Outlet
  private readonly host: ProducerHost
  private readonly options: GatewaySimOptions
  private readonly flow: OrderFlow
  private rate: Rate
  private rateSinceMs = 0
  private madeSince = 0
  private made = 0
  /** Everything that was wanted has been made. */
  isFinished = false
  private started = false
  private stopped = false
  private finished: () => void = () => {}
  private timer: NodeJS.Timeout | undefined

  constructor(options: GatewaySimOptions, outlet: Outlet, host: ProducerHost) {
    this.options = options
    this.outlet = outlet
    this.host = host
    this.rate = options.rate ?? 10
    this.flow = new OrderFlow(options.seed ?? 1, options.sources, outlet.progress.generation)
    if (!options.replay) this.flow.wind(outlet.progress.turns)
    this.done = new Promise((resolve) => {
      this.finished = resolve
    })
  }

  /** Starts production at the first logon; later calls do nothing. */
  start(): void {
    if (this.started) return
    this.started = true
    this.setRate(this.rate)
    if (this.options.replay) void this.replayAll(this.options.replay)
    else this.turn()
  }

  stop(): void {
    this.stopped = true
    clearTimeout(this.timer)
  }

  setRate(rate: Rate): void {
    this.rate = rate
    this.rateSinceMs = steadyNowMs()
    this.madeSince = 0
  }

  produce(messages: number): void {
    const until = this.made + messages
    while (this.made < until && this.mayGoOn()) this.make()
    this.outlet.flush()
  }

  private mayGoOn(): boolean {
    return !this.stopped && (this.options.count === undefined || this.made < this.options.count)
  }

  private make(): void {
    for (const message of this.flow.next(steadyNowMs())) {
      this.outlet.send(message)
      if (message.body === '') continue
      this.made++
      this.madeSince++
    }
    this.outlet.progress.turns = this.flow.turns
  }

  /** One turn of the loop: what is due by now, in bursts; unpaced only while somebody reads. */
  private turn(): void {
    if (this.stopped) return
    if (this.host.mayProduce() && (this.rate !== 'max' || this.host.live())) {
      const until = this.made + Math.min(burst, this.due())
      while (this.made < until && this.mayGoOn()) this.make()
      this.outlet.flush()
    }
    if (!this.mayGoOn()) {
      this.finish()
    } else if (this.rate === 'max' && this.host.live()) {
      if (this.host.mayProduce()) setImmediate(() => this.turn())
      else this.host.drained(() => this.turn())
    } else this.timer = setTimeout(() => this.turn(), tickMs)
  }

  private due(): number {
    if (this.rate === 'max') return burst
    return Math.max(0, Math.floor(((steadyNowMs() - this.rateSinceMs) * this.rate) / 1000) - this.madeSince)
  }

  private finish(): void {
    this.isFinished = true
    this.host.done()
    this.finished()
  }

  /** Play a log once, and report what was not sent. A log that cannot be read any further ends there. */
  private async replayAll(replay: { path: string; pace: 'own' | Rate }): Promise<void> {
    // on a plain feed the answer to a Test Request right behind the Logon would take a number of the log
    if (this.options.dialect === 'plain') await sleep(300)
    const problems = new LogProblems()
    const unsent = { session: 0, source: 0, number: 0 }
    try {
      await this.play(replay, problems, unsent)
    } catch (error) {
      this.replayed.failed = true
      this.host.note(`${replay.path} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
    }
    this.outlet.flush()
    if (this.stopped) return
    for (const sentence of problems.sentences()) this.host.note(sentence)
    this.noteUnsent(this.replayed.passedOver, 'an earlier run with this state file has taken them')
    this.noteUnsent(unsent.session, 'Heartbeats and the like, which the gateway makes itself')
    this.noteUnsent(unsent.source, 'of another source')
    this.noteUnsent(unsent.number, 'the number is used already')
    this.finish()
  }

  private noteUnsent(count: number, why: string): void {
    if (count > 0) this.host.note(`${counted(count, 'message')} of the log not sent: ${why}`)
  }

  /** Skips what an earlier run has sent of the log. */
  private async play(
    { path, pace }: { path: string; pace: 'own' | Rate },
    problems: LogProblems,
    unsent: { session: number; source: number; number: number },
  ): Promise<void> {
    const startMs = steadyNowMs()
    const already = this.outlet.progress.turns
    let taken = 0
    let firstMs = Number.NaN
    for await (const message of readLog(path, problems)) {
      if (this.stopped) return
      if (++taken <= already) {
        this.replayed.passedOver++
        continue
      }
      if (Number.isNaN(firstMs)) firstMs = message.sentMs
      await this.untilDue(message, pace, startMs, firstMs)
      if (this.stopped) return
      const outcome = message.administrative ? 'session' : this.outlet.replay(message)
      if (outcome === 'sent') this.made = ++this.replayed.sent
      else unsent[outcome]++
      this.outlet.progress.turns = taken
      if (pace !== 'max' || this.made % burst === 0) this.outlet.flush()
      if (!this.mayGoOn()) return
    }
  }

  /** Wait for a message's time and for a peer that reads. */
  private async untilDue(message: LoggedMessage, pace: 'own' | Rate, startMs: number, firstMs: number): Promise<void> {
    const dueMs = pace === 'own' ? message.sentMs - firstMs : pace === 'max' ? 0 : (this.made * 1000) / pace
    const waitMs = startMs + (Number.isNaN(dueMs) ? 0 : dueMs) - steadyNowMs()
    if (waitMs > 1) {
      this.outlet.flush()
      await sleep(waitMs)
    }
    while (!this.stopped && !(this.host.mayProduce() && this.host.live())) {
      this.outlet.flush()
      await sleep(2)
    }
  }
}
