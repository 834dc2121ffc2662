import { parseSnapshot, type Snapshot } from '#domain/configuration/snapshot.ts'
import { readCopy } from '#dropcopy/chain.ts'
import { nextDeadlineMs } from '#fix/heartbeat.ts'
import type { PolicyChoice } from '#fix/policy.ts'
import { Random } from '#gateway-sim/random.ts'
import { type Application, End } from '#test/fix/pair.ts'
import { initiator, startMs } from '#test/fix/pretend-driver.ts'
import { frame, utc } from '#test/support/fix-peer.ts'
import { MemoryDisk } from '#test/support/memory-disk.ts'
import { SimulatedConnector, type Surroundings } from './connector.ts'
import { PretendSocket } from './socket.ts'
import { type Sent, verdict } from './verdict.ts'

export const sources = ['K7T882', 'M3P882'] as const
const policies = [
  'cme',
  'fix',
  { preset: 'cme', resendCap: 5, resendChunk: 4 },
  { preset: 'fix', resendChunk: 3 },
] as const satisfies readonly PolicyChoice[]
const stepsPerRun = 120
const segmentBytes = 64 * 1024
const weekMs = 7 * 24 * 3_600_000

/** One end, and the connection that it has now. */
type Link = { end: End; side: 'feed' | 'target'; socket: PretendSocket | undefined }

/** Simulates one run. @returns what is wrong at the end; nothing when all is well */
export function simulate(seed: number): Promise<string[]> {
  return new World(seed).run()
}

/** A gateway hands over `SOURCE NUMBER CLASS`, the same bytes each time. */
const asGateway: Application = {
  msgType: 'n',
  body: (text) => {
    const payload = Buffer.concat([Buffer.from('<RTRF>'), sourceMessage(text), Buffer.from('</RTRF>')])
    return [
      [212, payload.length],
      [213, payload],
    ]
  },
  textOf: () => '',
}
/** A client reads a copy as `SOURCE NUMBER PREVIOUS`. */
const asClient: Application = {
  msgType: 'B',
  body: () => [],
  textOf: (message) => {
    const copy = readCopy(message)
    return copy ? `${copy.sourceId} ${copy.seqNum} ${copy.previous}` : message.msgType
  },
}

function sourceMessage(text: string): Buffer {
  const [source = '', number = '', kind = ''] = text.split(' ')
  return frame([
    [35, '8'],
    [34, number],
    [52, utc(startMs + Number(number))],
    [49, 'CME'],
    [50, 'G'],
    [56, `${source}N`],
    [57, 'TRDR22'],
    [143, 'US,IL'],
    [1, 'ACCT0091'],
    [11, `CL${number}`],
    [17, `E${number}`],
    [37, '700000001'],
    [39, kind === 'fill' ? 2 : 0],
    [48, 99001],
    [54, 1],
    [55, 'CL'],
    [60, utc(startMs + Number(number))],
    [107, 'CLM4'],
    [150, kind === 'fill' ? 2 : 0],
    [1057, 'Y'],
    [9717, `CL${number}`],
  ])
}

/**
 * A gateway, the connector and a client with one clock, over connections that garble, swap and lose frames and break, a
 * disk that takes its time, a process that dies, weeks that end, and a source that leaves the group and comes back.
 */
class World {
  private readonly random: Random
  private nowMs = startMs
  private readonly gateway: End
  private client: End
  private readonly clientConfig
  private readonly around: Surroundings
  private connector!: SimulatedConnector // made when the run begins
  private readonly links: { feed: Link; target: Link }
  private readonly perSocket: number
  /** What the gateway was given to send, by source. */
  private readonly sent: Sent = { K7T882: [], M3P882: [] }
  /** The client in each week that it has seen, the present one last. */
  private readonly clients: { week: string; end: End }[]

  constructor(seed: number) {
    this.random = new Random(seed)
    const { random } = this
    const [feed, target] = [random.pick(policies), random.pick(policies)]
    const queueDepth = random.pick(['all', 'all', 0, 3] as const)
    this.perSocket = random.pick([1_024, 4_096, 256 * 1024])
    this.gateway = new End(gatewayConfig(feed), asGateway)
    this.clientConfig = initiator(target)
    this.client = new End(this.clientConfig, asClient)
    const snapshot = snapshotOf(1, sources, { feed, target, queueDepth })
    const week = dayOf(startMs)
    this.clients = [{ week, end: this.client }]
    const disk = new MemoryDisk(segmentBytes)
    this.around = { disk, nowMs: startMs, week, snapshot, wrong: [], states: new Map() }
    this.links = {
      feed: { end: this.gateway, side: 'feed', socket: undefined },
      target: { end: this.client, side: 'target', socket: undefined },
    }
    this.setClock(startMs)
  }

  async run(): Promise<string[]> {
    this.connector = await SimulatedConnector.start(this.around, this.perSocket)
    for (let i = 0; i < stepsPerRun && this.around.wrong.length === 0; i++) {
      await this.step()
      await this.connector.settle()
    }
    await this.heal()
    const { journal, core } = this.connector
    const found = await verdict({
      journal,
      state: core.state,
      sent: this.sent,
      clients: this.clients,
      gateway: this.gateway,
    })
    this.connector.kill(0)
    return [...this.around.wrong, ...found]
  }

  private async step(): Promise<void> {
    const { random, connector } = this
    const link = random.pick([this.links.feed, this.links.target])
    const what = random.below(1000)
    if (what < 220) this.send(random.between(1, 8))
    else if (what < 620)
      for (let n = random.between(1, 12); n > 0; n--)
        await this.deliver(random.pick([this.links.feed, this.links.target]))
    else if (what < 760) await connector.commit(random.between(1, 4))
    else if (what < 820) this.connect(link)
    else if (what < 850) this.cut(link)
    else if (what < 880) this.disturb(link)
    else if (what < 910) await this.crash()
    else if (what < 920) this.turnWeek()
    else if (what < 940) this.changeSources()
    else await this.wait(random.between(1, 40_000))
  }

  /** Source messages handed to the gateway; the group's level keeps acknowledgments out. */
  private send(count: number): void {
    for (let i = 0; i < count; i++) {
      const source = this.random.pick(sources)
      const kind = this.random.below(4) === 0 ? 'ack' : 'fill'
      const sent = this.sent[source]! // one of both
      sent.push(kind)
      this.gateway.send(`${source} ${sent.length} ${kind}`)
    }
  }

  private connect(link: Link): void {
    if (link.socket) return
    link.socket = new PretendSocket()
    this.connector.accept(link.socket, link.side)
    link.end.carryOut(link.end.driver.do({ type: 'connected' }))
  }

  private cut(link: Link): void {
    const { socket } = link
    if (!socket) return
    socket.break()
    this.parted(link)
  }

  /** The end has no connection any more. A client whose week is over begins the new one with a session of its own. */
  private parted(link: Link): void {
    link.socket = undefined
    link.end.out = []
    link.end.closing = false
    link.end.carryOut(link.end.driver.do({ type: 'disconnected' }))
    if (link.side === 'target') this.followWeek()
  }

  /** A frame under way is garbled, or overtaken by the next. */
  private disturb(link: Link): void {
    const { socket } = link
    if (!socket) return
    this.load(link)
    const frames = this.random.pick([socket.toConnector, socket.toEnd])
    const at = this.random.below(frames.length)
    const [one, next] = [frames[at], frames[at + 1]]
    if (!one) return
    if (!Buffer.isBuffer(one)) {
      // the one that is taken last is so for what was written with it
      if (this.random.below(2) === 0) one.frame = Buffer.alloc(0)
      else if (next && !Buffer.isBuffer(next)) [one.frame, next.frame] = [next.frame, one.frame]
    } else if (this.random.below(2) === 0) one[one.length - 2] = one[one.length - 2] === 48 ? 49 : 48
    else if (next && Buffer.isBuffer(next)) frames.splice(at, 2, next as never, one as never)
  }

  private async crash(): Promise<void> {
    const { connector, random } = this
    connector.kill(random.below(3))
    for (const link of [this.links.feed, this.links.target]) {
      link.socket?.vanish()
      if (link.socket) this.parted(link)
    }
    this.connector = await SimulatedConnector.start(this.around, this.perSocket)
    const { nextOut } = this.connector.row
    const seen = this.client.driver.session.nextIn
    if (seen > nextOut && this.clients.at(-1)?.week === this.around.week)
      this.around.wrong.push(`the client had ${seen - 1} before it was durable: the next number is ${nextOut}`)
  }

  /** The trading week ends; the client finds out when its session does. */
  private turnWeek(): void {
    // a Logon under way belongs to the week that is over
    if (this.client.driver.session.phase.kind === 'logon-sent') this.cut(this.links.target)
    this.setClock(this.nowMs + weekMs)
    this.around.week = dayOf(this.nowMs)
    this.connector.turnWeek()
    if (!this.links.target.socket) this.followWeek()
  }

  /** A client begins each week with a session of its own. */
  private followWeek(): void {
    const { week } = this.around
    if (this.clients.at(-1)?.week === week) return
    this.client = new End(this.clientConfig, asClient)
    this.clients.push({ week, end: this.client })
    this.links.target.end = this.client
    this.setClock(this.nowMs)
  }

  /** One of the two sources leaves the group, or comes back. */
  private changeSources(): void {
    const { around } = this
    const [target] = around.snapshot.targets
    const wanted = target?.sources.length === 2 ? sources.slice(0, 1) : sources
    const version = around.snapshot.version + 1
    around.snapshot = { ...around.snapshot, version, targets: [{ ...target!, sources: [...wanted] }] } // there is one
    this.connector.reconfigure()
  }

  /** What the end wants to send goes on its way. */
  private load(link: Link): void {
    if (link.socket) link.socket.toConnector.push(...link.end.out.splice(0))
  }

  /** One frame in one direction. False: nothing is under way. */
  private async deliver(link: Link): Promise<boolean> {
    const { socket, end } = link
    if (!socket) return false
    this.load(link)
    const isUp = socket.toEnd.length === 0 || (socket.toConnector.length > 0 && this.random.below(2) === 0)
    let moved = false
    if (isUp) moved = socket.arrive()
    else {
      const taken = socket.take()
      moved = taken !== undefined
      if (taken && !end.closing)
        end.carryOut(
          taken.length === 0 ? end.driver.do({ type: 'garbled', reason: 'checksum' }) : end.driver.receive(taken),
        )
    }
    await this.connector.settle()
    if (!socket.isOpen && link.socket === socket) this.parted(link)
    else if (!moved && (socket.isEnding || end.closing) && link.socket === socket) this.cut(link)
    return moved
  }

  /** Time passes from deadline to deadline; nothing else moves. */
  private async wait(ms: number): Promise<void> {
    const until = this.nowMs + ms
    for (;;) {
      const sessions = [this.gateway.driver.session, this.client.driver.session]
      const due = Math.min(...sessions.map(nextDeadlineMs), this.connector.dueMs)
      this.setClock(Math.max(this.nowMs, Math.min(due, until)))
      if (due > until) return
      for (const { end } of [this.links.feed, this.links.target])
        if (nextDeadlineMs(end.driver.session) <= this.nowMs) end.carryOut(end.driver.do({ type: 'tick' }))
      this.connector.tick()
      await this.connector.settle()
    }
  }

  private setClock(nowMs: number): void {
    this.nowMs = this.around.nowMs = this.gateway.driver.nowMs = this.client.driver.nowMs = nowMs
  }

  /** Everything works from now on: reconnect when needed, and give all the time to find out what is missing. */
  private async heal(): Promise<void> {
    const { feed, target } = this.links
    for (let i = 0; i < 20 && this.around.wrong.length === 0; i++) {
      for (const link of [feed, target]) this.connect(link)
      for (let moved = true; moved; ) {
        await this.connector.settle()
        moved = this.connector.writes.length > 0
        await this.connector.commit(Number.POSITIVE_INFINITY)
        for (const link of [feed, target]) while (await this.deliver(link)) moved = true
      }
      await this.wait(31_000)
    }
  }
}

const gatewayConfig = (policy: PolicyChoice) => ({
  ...initiator(policy),
  identity: { layout: 'client' as const, senderCompId: 'GW1', targetCompId: 'DROPCOPY' },
})

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

type Choice = { feed: unknown; target: unknown; queueDepth: number | 'all' }

function snapshotOf(version: number, members: readonly string[], { feed, target, queueDepth }: Choice): Snapshot {
  const parsed = parseSnapshot({
    schema: 1,
    version,
    exchange: { compId: 'CME', subId: 'G' },
    feeds: [
      {
        id: 'gw1',
        mode: 'accept',
        host: '127.0.0.1',
        port: 9801,
        dialect: 'encapsulated',
        ourCompId: 'DROPCOPY',
        theirCompId: 'GW1',
        policy: feed,
      },
    ],
    sources: sources.map((id) => ({ id, feed: 'gw1', gateway: 'cgw' })),
    targets: [
      {
        sessionId: 'ODQ1Z9',
        protocol: 'classic',
        group: 'Desk 7',
        level: 'executions',
        sources: members,
        queueDepth,
        listen: [{ role: 'primary', host: '127.0.0.1', port: 9901 }],
        credentials: [{ kind: 'password', password: 'DUMMYPWD' }],
        policy: target,
      },
    ],
    journal: { durability: 'os' },
  })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error))
  return parsed.value
}
