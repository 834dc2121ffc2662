import { describe, expect, onTestFinished, test } from 'vitest'
import type { SnapshotInput } from '#domain/configuration/snapshot.ts'
import { messageClasses } from '#dropcopy/classify.ts'
import { type GatewaySim, startGatewaySim } from '#gateway-sim/gateway-sim.ts'
import { feed, snapshot, target, temporaryDirectory } from '#test/support/connector.ts'
import { ConnectorProcess, onPorts, writeConfig } from '#test/support/connector-process.ts'
import {
  EngineClient,
  type EngineCopy,
  type EngineMessage,
  type EngineOptions,
  engineStore,
} from '#test/support/jspurefix-client.ts'

type Setting = {
  policy: 'cme' | 'fix'
  dialect: 'encapsulated' | 'plain'
  sources: string[]
  logon: Omit<EngineOptions, 'port' | 'senderCompId'>
}

const settings: Setting[] = [
  {
    policy: 'cme',
    dialect: 'encapsulated',
    sources: ['K7T882', 'M3P882'],
    logon: { subId: 'RISK01', targetSubId: 'G', locationId: 'US,IL', password: 'secret' },
  },
  { policy: 'fix', dialect: 'plain', sources: ['K7T882'], logon: {} },
]

describe('a client that runs the FIX engine of others', () => {
  test.each(settings)(
    'receives each copy once, fills its gaps and agrees on the numbers ($policy)',
    async (setting) => {
      const scene = await Scene.open(setting)
      const first = await scene.logon(setting.policy === 'fix')
      scene.gateway.produce(1_200)
      await scene.copied()
      expect(first.copies.length).toBeGreaterThanOrEqual(1_000)
      await scene.logout(first)

      // by its own count, set back, the engine now misses the last 600 and asks for them. New copies come only
      // behind the fill: jspurefix takes any gap fill for its newest message (5.11.4, ascii-session.js,
      // onSessionMsg) and would ask for them once more
      const missed = first.copies.slice(-600)
      const from = missed[0]!.seqNum
      await scene.store.setTargetSeqNum(from)
      const second = await scene.logon()
      await until('the gap fill', () => second.of('4').length > 0)
      scene.gateway.produce(100)
      await scene.copied()
      expect(second.sentOf('2').map(valuesOf(7, 16))).toEqual([[`${from}`, '0']])
      expect(second.copies.filter((copy) => copy.possDup).map(comparable)).toEqual(missed.map(asSentAgain))
      const [gapFill] = second.of('4')
      expect(gapFill?.seqNum).toBe(missed.at(-1)!.seqNum + 1)
      expect(Number(valuesOf(36)(gapFill!)[0])).toBeLessThanOrEqual(second.copies.find(isNew)!.seqNum)
      await scene.logout(second)

      // and here the connector misses four of the engine's, asks, and is given a gap fill
      const ahead = scene.store.senderSeqNum
      await scene.store.setSenderSeqNum(ahead + 4)
      const third = await scene.logon()
      await until('its own gap fill', () => third.sentOf('4').length > 0)
      expect(third.of('2').map(valuesOf(7, 16))).toEqual([[`${ahead}`, '0']])
      await scene.logout(third)

      // both go on from their own counts: nobody asks, nobody is refused
      const fourth = await scene.logon()
      scene.gateway.produce(20)
      await scene.copied()
      expect([...fourth.sentOf('2'), ...fourth.of('2'), ...fourth.of('4')]).toEqual([])
      await scene.logout(fourth)

      scene.expectNothingWrong()
    },
  )
})

/** A connector in its own process with one target, a gateway, and the engine's connections one after the other. */
class Scene {
  readonly store = engineStore('ODQ1Z9N')
  private readonly clients: EngineClient[] = []

  private constructor(
    private readonly setting: Setting,
    private readonly targetPort: number,
    readonly gateway: GatewaySim,
  ) {}

  static async open(setting: Setting): Promise<Scene> {
    const { policy, dialect, sources, logon } = setting
    const credentials: SnapshotInput['targets'][number]['credentials'] =
      logon.password === undefined ? [] : [{ kind: 'password', password: logon.password }]
    const { document, feedPort, targetPort } = await onPorts(
      snapshot({
        feeds: [feed({ dialect, ...(dialect === 'plain' ? { source: sources[0] } : {}) })],
        sources: sources.map((id) => ({ id, feed: 'gw1', gateway: 'cgw' })),
        targets: [target({ sources, policy, credentials })],
      }),
    )
    const dir = temporaryDirectory()
    await new ConnectorProcess(writeConfig(dir, document), `${dir}/data`).start()
    const ends = { host: '127.0.0.1', port: feedPort, ourCompId: 'GW1', theirCompId: 'DROPCOPY' }
    const gateway = await startGatewaySim({ mode: 'connect', ...ends, dialect, sources, rate: 0 })
    onTestFinished(async () => void (await gateway.stop()))
    await gateway.whenConnected()
    return new Scene(setting, targetPort, gateway)
  }

  /** Logged on and, where a Test Request follows, answered it. */
  async logon(reset = false): Promise<EngineClient> {
    const { policy, logon } = this.setting
    const options = { ...logon, reset, senderCompId: 'ODQ1Z9N', port: this.targetPort }
    const client = new EngineClient(options, this.store)
    this.clients.push(client)
    onTestFinished(() => client.cut())
    await until('the logon', () => client.isReady && (policy === 'fix' || client.sentOf('0').length > 0))
    expect(client.sentOf('0').map(valuesOf(112))).toEqual(client.of('1').map(valuesOf(112)))
    return client
  }

  /** The engine logs out and is confirmed; what the connector's Logout says is what the engine counted. */
  async logout(client: EngineClient): Promise<void> {
    const confirmation = await client.logout()
    const [own] = client.sentOf('5')
    expect(own).toEqual(client.sent.at(-1))
    const { senderSeqNum, targetSeqNum } = this.store
    expect(senderSeqNum).toBe((own?.seqNum ?? 0) + 1)
    expect(valuesOf(58, 789)(confirmation!)).toEqual([
      'Logout Confirmed',
      this.setting.policy === 'cme' ? `${senderSeqNum}` : undefined,
    ])
    expect([client.lastReceived, targetSeqNum]).toEqual([confirmation?.seqNum, client.lastReceived + 1])
  }

  /** Each source message that should have been copied was, once and in order, and names the one before it. */
  async copied(): Promise<void> {
    const expected = new Map(this.setting.sources.map((source) => [source, numbersCopied(this.gateway, source)]))
    const total = [...expected.values()].reduce((sum, numbers) => sum + numbers.length, 0)
    await until(`${total} copies`, () => this.copies.length >= total)
    for (const [source, numbers] of expected) {
      const own = this.copies.filter((copy) => copy.source === source)
      expect(own.map(({ number }) => number)).toEqual(numbers)
      expect(own.map(({ previous }) => previous)).toEqual([undefined, ...numbers.slice(0, -1)])
    }
  }

  /** No bad checksum or length, no Reject by either, and every number of the connector's used once, without a hole. */
  expectNothingWrong(): void {
    const received = this.clients.flatMap((client) => client.received)
    const sent = this.clients.flatMap((client) => client.sent)
    expect(this.clients.flatMap((client) => client.unsound)).toEqual([])
    expect([...received, ...sent].filter(({ msgType }) => msgType === '3' || msgType === 'j')).toEqual([])
    const numbers = received.filter((message) => !isAgain(message)).map(({ seqNum }) => seqNum)
    expect(numbers).toEqual(numbers.map((_, index) => index + 1))
  }

  /** Copies of all connections so far that were no answer to a Resend Request. */
  private get copies(): EngineCopy[] {
    return this.clients.flatMap((client) => client.copies.filter(isNew))
  }
}

const until = (what: string, holds: () => boolean) => expect.poll(holds, { message: what, interval: 10 }).toBe(true)
const isNew = (copy: EngineCopy) => !copy.possDup
const isAgain = ({ text }: EngineMessage) => text.includes('|43=Y|')

/** The values of some tags of a message. */
const valuesOf =
  (...tags: number[]) =>
  ({ text }: { text: string }) =>
    tags.map((tag) => new RegExp(`\\|${tag}=([^|]*)\\|`).exec(text)?.[1])

/**
 * What a group at the level "all" is entitled to, of what the gateway says it sent: rejects are off unless asked for.
 */
const notCopied = ['session', 'never-copied', 'unknown', 'order-reject', 'cancel-reject']

function numbersCopied(gateway: GatewaySim, source: string): number[] {
  return [...gateway.classesOf(source).entries()]
    .filter(([, value]) => !notCopied.includes(messageClasses[value - 1] ?? 'unknown'))
    .map(([number]) => number)
}

/** A copy without what differs from one sending to the next; 122 of the second is 52 of the first. */
const comparable = (copy: EngineCopy) => ({
  seqNum: copy.seqNum,
  body: copy.text.replace(/\|(9|10|43|52|122)=[^|]*(?=\|)/g, ''),
  firstSent: valuesOf(122)(copy)[0],
})

const asSentAgain = (copy: EngineCopy) => ({ ...comparable(copy), firstSent: valuesOf(52)(copy)[0] })
