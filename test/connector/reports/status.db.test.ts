import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { Status } from '#connector/reports/status.ts'
import { openConnectorPool } from '#db/client.ts'
import { saveObserved } from '#db/queries/connector/observed.ts'
import {
  observedFeeds,
  observedJournals,
  observedLedger,
  observedPastLedger,
  observedSources,
  observedTargets,
} from '#db/schema/observed.ts'
import type { SnapshotInput } from '#domain/configuration/snapshot.ts'
import type { Observed } from '#domain/status/observed.ts'
import { client, feed, gateway, password, type Started, snapshot, start, target } from '#test/support/connector.ts'
import { type FixPeer, fieldOf } from '#test/support/fix-peer.ts'
import { type FreshDb, freshDb } from '#test/support/fresh-db.ts'
import { clockAt } from '#test/support/moved-clock.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'

let db: FreshDb
beforeAll(async () => {
  db = await freshDb()
})
afterAll(() => db.close())

const identity = { environment: 'sandbox' as const, shard: 'main', connector: 'main', release: 'test' }
const reporter = { environment: 'sandbox', shard: 'main', connector: 'main' }
const leader = { environment: 'sandbox' as const, shard: 'main', lineage: 'l', term: 1 }

/** A connector whose reports the test writes down itself, whenever it likes. */
class World {
  private readonly pool = openConnectorPool(db.urls.dc_connector)
  private readonly status: Status
  /** By source: how many fills there were, and the newest. */
  private readonly fills = new Map<string, { number: number; bytes: Buffer }>()
  private probes = 0
  private client: FixPeer | undefined
  private clientNumber = 1

  constructor(
    private readonly connector: Started,
    private readonly gateway: FixPeer,
    private readonly other: FixPeer,
    private readonly clock: { offset: number },
  ) {
    this.status = new Status(connector.worker, identity)
    connector.onApplied((parts) => this.status.parts(parts))
    onTestFinished(() => this.pool.close())
  }

  fill(source: string): void {
    const number = (this.fills.get(source)?.number ?? 0) + 1
    const bytes = sourceFill(source, number)
    this.fills.set(source, { number, bytes })
    envelop(this.gateway, bytes)
  }

  fillAgain(source: string): void {
    const before = this.fills.get(source)
    if (before) envelop(this.gateway, before.bytes)
  }

  /** By a feed that it does not come from. */
  async stray(source: string): Promise<void> {
    envelop(this.other, sourceFill(source, 1))
    this.other.send('1', [[112, 'stray']])
    await this.other.message('0')
  }

  async logOn(): Promise<void> {
    this.leave()
    const { targets } = this.connector.worker
    await this.gateway.until('the client has left', () => !targets.get('ODQ1Z9')?.isConnected)
    this.client = await client(this.connector.targetPort)
    this.client.seqNum = this.clientNumber
    this.client.logon(password())
    await this.client.message('1')
  }

  leave(): void {
    if (this.client) this.clientNumber = this.client.seqNum
    this.client?.destroy()
    this.client = undefined
  }

  askAgain(): void {
    this.client?.send('2', [
      [7, 1],
      [16, 0],
    ])
  }

  async become(version: number, more: Partial<SnapshotInput>): Promise<void> {
    this.connector.wish.become(snapshot({ feeds, ...more, version }))
    await this.gateway.until(`version ${version}`, () => this.connector.worker.running?.version === version)
  }

  async turnWeek(): Promise<void> {
    const { data } = this.connector.worker.core.state
    const before = data.week
    this.clock.offset += 7 * 24 * 3_600_000
    await this.gateway.until('another week', () => data.week !== before)
  }

  /** What is in the database once a report is written is what the connector holds at that instant. */
  async check(after: string): Promise<void> {
    await this.settle()
    const some = this.status.changed('running', leader)
    const all = new Status(this.connector.worker, identity).changed('running', leader)
    expect(await saveObserved(this.pool.db, some)).toBe(true)
    expect({ after, ...(await this.stored(all)) }).toEqual({ after, ...tables(all) })
    const { environment, shard, connector, at } = observedJournals
    expect(await this.pool.db.select({ environment, shard, connector, at }).from(observedJournals)).toEqual([
      { ...reporter, at: some.at },
    ])
  }

  /** Everything that the gateway has sent has been taken in. */
  private async settle(): Promise<void> {
    if (this.gateway.isClosed) return
    const id = `probe ${++this.probes}`
    this.gateway.send('1', [[112, id]])
    await this.gateway.until(id, () => this.gateway.of('0').some((one) => fieldOf(one, 112) === id))
  }

  /** Feeds and targets as they are there; of sources and the ledger those asked for: what has gone keeps its row. */
  private async stored(asked: Observed) {
    const names = new Set([...asked.sources, ...asked.ledger].map(nameOf))
    const of = (rows: Row[]) => rows.filter((row) => names.has(nameOf(row)))
    return tables({
      feeds: await this.pool.db.select().from(observedFeeds),
      sources: of(await this.pool.db.select().from(observedSources)),
      targets: await this.pool.db.select().from(observedTargets),
      ledger: of([
        ...(await this.pool.db.select().from(observedLedger)),
        ...(await this.pool.db.select().from(observedPastLedger)),
      ]),
    })
  }
}

type Row = object
const nameOf = (row: Row): string => {
  const { sessionId = '', sourceId = '', feedId = '', week = '' }: Record<string, unknown> = { ...row }
  return 'highest' in row ? `source ${sourceId}` : `${sessionId} ${sourceId} ${sessionId === '' ? feedId : ''} ${week}`
}

/** In order, and without the instant at which they were looked at. */
function tables({ feeds, sources, targets, ledger }: { [table in 'feeds' | 'sources' | 'targets' | 'ledger']: Row[] }) {
  const sorted = (rows: Row[]) =>
    rows.map((row) => ({ ...reporter, ...row, at: 0 })).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
  return { feeds: sorted(feeds), sources: sorted(sources), targets: sorted(targets), ledger: sorted(ledger) }
}

const feeds = [feed(), feed({ id: 'gw2', theirCompId: 'GW2' })]
const first = { queueDepth: 1, queueGraceS: 0 }
const second = target({ sessionId: 'ODQ2Z9', sources: ['K7T882'] })

async function openWorld(): Promise<World> {
  const clock = clockAt('2026-01-06T12:00:00Z')
  const connector = await start(snapshot({ feeds, targets: [target(first), second] }), undefined, { clock })
  const gw = await gateway(connector.feedPort)
  const other = await gateway(connector.feedPort, { sender: 'GW2' })
  for (const one of [gw, other]) {
    one.logon()
    await one.message('A')
  }
  await db.owner`insert into dc.connector_leases
      (environment, shard, lineage, term, place, connector, position, batch, crc, numbers, renewed_at, deadline)
    values ('sandbox', 'main', 'l', 1, 'here', 'main', 0, 0, 0, '{}', now(), now() + interval '1 day')`
  return new World(connector, gw, other, clock)
}

describe('what a connector has reported', () => {
  test('is what it holds, whatever has happened since the last report', async () => {
    const world = await openWorld()
    const [k7t, m3p] = ['K7T882', 'M3P882'] as const
    const changes: [string, () => unknown][] = [
      ['nothing', () => undefined],
      ['fills for clients that are away', () => [k7t, k7t, m3p].map((source) => world.fill(source))],
      ['a duplicate', () => world.fillAgain(m3p)],
      ['a source that nobody knows', () => world.fill('ZZZ999')],
      ['the same again', () => world.fill('ZZZ999')],
      ['a source of another feed', () => world.stray(m3p)],
      ['a Logon', () => world.logOn()],
      ['a live copy', () => world.fill(k7t)],
      ['a Resend Request', () => world.askAgain()],
      ['nothing again', () => undefined],
      ['a client that leaves', () => world.leave()],
      ['copies that its queue pushes out', () => [1, 2, 3].map(() => world.fill(k7t))],
      ['a filter', () => world.become(2, { targets: [target({ ...first, filters: { fills: false } }), second] })],
      ['what it leaves out', () => world.fill(m3p)],
      [
        'a source that is stopped',
        () =>
          world.become(3, {
            targets: [target({ ...first, sources: [k7t], stopped: [{ source: m3p, reason: 'no consent' }] }), second],
          }),
      ],
      ['what comes of it', () => world.fill(m3p)],
      [
        'a source that is revoked, and a target that goes',
        () => world.become(4, { targets: [target({ ...first, sources: [m3p], revoked: [k7t] })] }),
      ],
      ['what its clients do not get', () => [k7t, m3p].map((source) => world.fill(source))],
      ['another Logon', () => world.logOn()],
      ['the end of the week', () => world.turnWeek()],
    ]
    for (const [what, change] of changes) {
      await change()
      await world.check(what)
    }
  })
})
