import { nextDeadlineMs } from '#fix/heartbeat.ts'
import type { PolicyChoice } from '#fix/policy.ts'
import { isLive } from '#fix/session.ts'
import { Random } from '#gateway-sim/random.ts'
import { End } from '#test/fix/pair.ts'
import { acceptor, initiator, startMs } from '#test/fix/pretend-driver.ts'
import { decoded } from '#test/fix/samples.ts'
import { balances } from '#test/support/balances.ts'
import { isEligible, PretendConnector } from './connector.ts'

const streams = ['K7T', 'M3P'] as const
const policies: readonly PolicyChoice[] = [
  'cme',
  'fix',
  { preset: 'cme', resendCap: 5, resendChunk: 4 },
  { preset: 'fix', resendChunk: 3 },
]
const stepsPerRun = 120

/** Frames under way between one end and the connector, in both directions; gone when the connection breaks. */
type Link = { end: End; side: 'feed' | 'target'; isUp: boolean; toConnector: Buffer[]; toEnd: Buffer[] }

/** Simulates one run. @returns what is wrong at its end; nothing when all is well */
export function simulate(seed: number): string[] {
  return new World(seed).run()
}

/**
 * A gateway, the connector and a client with one clock, over connections that garble, swap and lose
 * frames and break, and a connector that dies.
 */
class World {
  private readonly random: Random
  private nowMs = startMs
  private readonly gateway: End
  private readonly client: End
  private readonly connector: PretendConnector
  private readonly links: Link[]
  private readonly sent = streams.map(() => [] as number[])

  constructor(seed: number) {
    this.random = new Random(seed)
    const [feed, target] = [this.random.pick(policies), this.random.pick(policies)]
    const depth = this.random.pick(['all', 'all', 0, 3] as const)
    // as for every feed
    const noTimeCheck = { ...(typeof feed === 'string' ? { preset: feed } : feed), sendingTimeS: 0 }
    this.gateway = new End(initiator(feed))
    this.client = new End(initiator(target))
    this.connector = new PretendConnector(streams, acceptor(noTimeCheck), acceptor(target), depth)
    this.links = [
      { end: this.gateway, side: 'feed', isUp: false, toConnector: [], toEnd: [] },
      { end: this.client, side: 'target', isUp: false, toConnector: [], toEnd: [] },
    ]
    this.setClock(startMs)
  }

  run(): string[] {
    for (let i = 0; i < stepsPerRun; i++) this.step()
    this.heal()
    return this.verdict()
  }

  private step(): void {
    const { random, connector } = this
    const link = random.pick(this.links)
    const what = random.below(100)
    if (what < 20) this.send(random.between(1, 8))
    else if (what < 60) for (let n = random.between(1, 12); n > 0; n--) this.deliver(random.pick(this.links))
    else if (what < 72) connector.commit()
    else if (what < 78) this.catchUp(random.between(1, 10))
    else if (what < 83) this.connect(link)
    else if (what < 86) this.cut(link)
    else if (what < 89) this.disturb(link)
    else if (what < 91) connector.keepHead()
    else if (what < 94) this.crash()
    else this.wait(random.between(1, 40_000))
  }

  /** Source messages handed to the gateway; some are of a class that the target's terms keep out. */
  private send(count: number): void {
    for (let i = 0; i < count; i++) {
      const stream = this.random.below(streams.length)
      const cls = this.random.below(4)
      const classes = this.sent[stream]! // as many as streams
      classes.push(cls)
      this.gateway.send(`${streams[stream]} ${classes.length} ${cls}`)
    }
  }

  private catchUp(most: number): void {
    if (isLive(this.connector.target.session)) this.connector.catchUp(most)
  }

  private connect(link: Link): void {
    if (link.isUp) return
    link.isUp = true
    this.connector.do(this.connector[link.side], { type: 'connected' })
    link.end.carryOut(link.end.driver.do({ type: 'connected' }))
  }

  private cut(link: Link): void {
    if (!link.isUp) return
    link.isUp = false
    link.toConnector = []
    link.toEnd = []
    link.end.out = []
    link.end.closing = false
    link.end.carryOut(link.end.driver.do({ type: 'disconnected' }))
    this.connector.disconnected(this.connector[link.side])
  }

  /** A frame under way is garbled, or overtaken by the next. */
  private disturb(link: Link): void {
    this.load(link)
    const frames = this.random.pick([link.toConnector, link.toEnd])
    const at = this.random.below(frames.length)
    const [one, next] = [frames[at], frames[at + 1]]
    if (!one) return
    if (this.random.below(2) === 0) frames[at] = Buffer.alloc(0)
    else if (next) frames.splice(at, 2, next, one)
  }

  private crash(): void {
    for (const link of this.links) {
      if (!link.isUp) continue
      link.isUp = false
      link.toConnector = []
      link.toEnd = []
      link.end.out = []
      link.end.closing = false
      link.end.carryOut(link.end.driver.do({ type: 'disconnected' }))
    }
    this.connector.crash(this.random.below(4))
  }

  /** What each side wants to send goes on its way. */
  private load(link: Link): void {
    if (!link.isUp) return
    link.toConnector.push(...link.end.out.splice(0))
    for (;;) {
      const frame = this.connector.leaving(this.connector[link.side])
      if (!frame) return
      link.toEnd.push(frame)
    }
  }

  /** One frame in one direction. False: nothing is under way. */
  private deliver(link: Link): boolean {
    this.load(link)
    const { connector } = this
    const side = connector[link.side]
    const isUp = link.toEnd.length === 0 || (link.toConnector.length > 0 && this.random.below(2) === 0)
    const frame = (isUp ? link.toConnector : link.toEnd).shift()
    if (!frame) {
      const isOver = (link.end.closing || side.closing) && side.queued.length === 0
      if (isOver) this.cut(link)
      return false
    }
    if (isUp && side.closing) return true // nobody listens any more
    if (!isUp && link.end.closing) return true
    if (frame.length === 0) {
      const garbled = { type: 'garbled', reason: 'checksum' } as const
      if (isUp) connector.do(side, garbled)
      else link.end.carryOut(link.end.driver.do(garbled))
    } else if (isUp) connector.receive(side, decoded(frame))
    else link.end.carryOut(link.end.driver.receive(frame))
    return true
  }

  /** Time passes from deadline to deadline; nothing else moves. */
  private wait(ms: number): void {
    const until = this.nowMs + ms
    for (;;) {
      const sessions = [this.gateway.driver.session, this.client.driver.session, this.connector.feed.session]
      const due = Math.min(...[...sessions, this.connector.target.session].map(nextDeadlineMs))
      this.setClock(Math.max(this.nowMs, Math.min(due, until)))
      if (due > until) return
      for (const { end, side } of this.links) {
        if (nextDeadlineMs(end.driver.session) <= this.nowMs) end.carryOut(end.driver.do({ type: 'tick' }))
        this.connector.tick(this.connector[side])
      }
    }
  }

  private setClock(nowMs: number): void {
    this.nowMs = this.connector.nowMs = this.gateway.driver.nowMs = this.client.driver.nowMs = nowMs
  }

  /** Everything works from now on: reconnect when needed, and give all the time to find out what is missing. */
  private heal(): void {
    for (let i = 0; i < 20; i++) {
      for (const link of this.links) this.connect(link)
      for (let moved = true; moved; ) {
        this.connector.commit()
        moved = this.links.map((link) => this.deliver(link)).some(Boolean)
        const before = this.connector.log.length
        this.catchUp(100)
        moved ||= this.connector.log.length > before
      }
      this.wait(31_000)
    }
  }

  /**
   * The model: every message kept once or named as lost; of those that pass, each delivered once,
   * in order, naming the one before, or held.
   */
  private verdict(): string[] {
    const { connector, client } = this
    const wrong = [...connector.wrong, ...this.keptWrong()]
    if (client.refused.length + this.gateway.refused.length > 0)
      wrong.push(`refused: ${[...client.refused, ...this.gateway.refused]}`)
    for (const [index, name] of streams.entries()) {
      const chain = connector.row.chains[index + 1]
      const row = connector.row.ledger['2024-03-03']?.[index + 1]
      const got = client.accepted.map((text) => text.split(' ')).filter(([source]) => source === name)
      const live = got.filter(([, , , late]) => late !== 'late')
      const numbers = live.map(([, number]) => Number(number))
      const passing = this.keptOf(index + 1).filter(({ cls, isLate }) => isEligible(cls) && !isLate)
      const heldNumber = (n: number) => chain?.held.some(({ from, to, late }) => !late && n >= from && n <= to) === true
      const before = new Map(passing.map(({ number }, i) => [number, passing[i - 1]?.number ?? 0]))
      for (const [, number, previous] of live)
        if (before.get(Number(number)) !== Number(previous))
          wrong.push(`${name} ${number} names ${previous}, not ${before.get(Number(number))}`)
      if (numbers.some((n, i) => i > 0 && n <= numbers[i - 1]!)) wrong.push(`${name} came as ${numbers}`)
      const missing = passing.filter(({ number }) => !numbers.includes(number) && !heldNumber(number))
      if (missing.length > 0 && client.lost.length === 0)
        wrong.push(`${name} ${missing.map(({ number }) => number)} neither came nor are held`)
      if (!row || !balances(row) || row.waiting !== 0) wrong.push(`the ledger of ${name}: ${JSON.stringify(row)}`)
      else if (row.delivered !== got.length && client.lost.length === 0)
        wrong.push(`${name}: ${got.length} came, ${row.delivered} delivered by the ledger`)
    }
    return wrong
  }

  private keptOf(stream: number) {
    return this.connector.log
      .flatMap((r) =>
        r.type === 'M' && r.stream === stream ? [{ number: r.number, cls: r.class, isLate: r.flags > 0 }] : [],
      )
      .sort((a, b) => a.number - b.number)
  }

  private keptWrong(): string[] {
    const wrong: string[] = []
    const { log, state } = this.connector
    const positions = new Set(log.flatMap((r) => (r.type === 'M' ? [r.position] : [])))
    const used = new Set<number>()
    for (const record of log) {
      if (record.type !== 'D') continue
      for (const [i, position] of record.messages.entries()) {
        if (!positions.has(position)) wrong.push(`a delivery names ${position}, which holds no message`)
        if (used.has(record.firstNumber + i)) wrong.push(`${record.firstNumber + i} is used twice`)
        used.add(record.firstNumber + i)
      }
    }
    const lost = Object.values(state.data.feeds).flatMap(({ loss }) => loss)
    const named = lost.reduce((sum, { from, to }) => sum + to - from + 1, 0)
    for (const [index, classes] of this.sent.entries()) {
      const kept = this.keptOf(index + 1)
      if (new Set(kept.map(({ number }) => number)).size !== kept.length) wrong.push(`${streams[index]} is kept twice`)
      if (classes.length - kept.length > named)
        wrong.push(`${streams[index]}: ${classes.length} sent, ${kept.length} kept, ${named} named as lost`)
    }
    return wrong
  }
}
