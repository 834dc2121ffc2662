import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LedgerReport } from '#connector/reports/ledger-report.ts'
import { Changed } from '#connector/state/changed.ts'
import { applyControl, type Control } from '#connector/state/control.ts'
import { applyDelivery, applyMessage, deliveryKind, type MessageKey } from '#connector/state/fold.ts'
import { emptyState, markAll, type State, type Terms } from '#connector/state/state.ts'
import type { LedgerFigures } from '#domain/status/observed.ts'

/** Class 0 passes, class 1 is filtered for reason 3. */
const judge = () => Int8Array.from([-1, 3])
const streams = [1, 2, 3]
const targets = [11, 12]
const reason = 'no consent of Birch Clearing'

/** A state that records are applied to, and what a report has said of it so far. */
class World {
  readonly state = emptyState(judge)
  private readonly report: LedgerReport
  private readonly said = new Map<string, LedgerFigures>()
  private readonly saidOfStreams = new Map<number, string>()
  private readonly messages: { position: number; key: MessageKey }[] = []
  private position = 1
  private version = 0

  constructor() {
    this.control({ kind: 'name', what: 'feed', id: 1, name: 'gw1' })
    for (const id of streams) this.control({ kind: 'name', what: 'stream', id, name: `S${id}` })
    for (const id of targets) this.control({ kind: 'name', what: 'target', id, name: `T${id}` })
    this.week(0)
    this.report = new LedgerReport(this.state)
  }

  control(control: Control): void {
    applyControl(this.state, this.position++, control)
  }

  week(days: number): void {
    this.control({ kind: 'week', week: new Date(Date.UTC(2026, 0, 4 + days)).toISOString().slice(0, 10) })
  }

  cut(id: number, terms: Partial<Terms>): void {
    const all = { level: 'all', filters: {}, sources: [], revoked: [], queueDepth: 'all' as const, queueGraceS: 0 }
    const cut = { id, terms: { ...all, ...terms } }
    this.control({ kind: 'cut', version: ++this.version, digest: `${this.version}`, targets: [cut], gone: [] })
  }

  message(stream: number, cls: number): void {
    const position = this.position++
    const key = { stream, epoch: 1, number: position, late: false }
    const fact = { class: cls, flags: 0, feed: 1, feedEpoch: 1, feedNumber: position }
    applyMessage(this.state, position, { ...fact, stream, epoch: 1, number: position })
    this.messages.push({ position, key })
  }

  /** The oldest message that the target is said to wait for, or to have been held. */
  deliver(id: number, kind: number): void {
    const target = this.state.data.targets[id]
    const found = this.messages.find(({ key }) => {
      const row = target?.ledger[this.state.data.week]?.[key.stream]
      return row && (kind === deliveryKind.held ? row.held : row.waiting) > 0
    })
    if (!found || !target) return
    const fact = { target: id, epoch: 1, kind, firstNumber: target.nextOut, count: 1, chain: [0] }
    applyDelivery(this.state, { ...fact, messages: [found.position] }, () => found.key)
  }

  /** What a report has said is what the state holds. */
  check(): void {
    for (const row of this.report.changed()) this.said.set(nameOf(row), row)
    const rows = new LedgerReport({ ...this.state, changed: others }).changed()
    const wrong = rows.filter((row) => JSON.stringify(this.said.get(nameOf(row))) !== JSON.stringify(row))
    if (wrong.length > 0) expect(wrong.map((row) => this.said.get(nameOf(row)))).toEqual(wrong)
    for (const id of this.state.changed.streams.take()) this.saidOfStreams.set(id, figuresOf(this.state, id))
    const silent = streams.filter((id) => this.saidOfStreams.get(id) !== figuresOf(this.state, id))
    if (silent.length > 0) expect(silent, 'streams that have changed and were not marked').toEqual([])
  }
}

const nameOf = ({ sessionId, sourceId, week }: LedgerFigures) => `${sessionId} ${sourceId} ${week}`
/** Of a second report, which is told of everything. */
const others = { targets: new Changed(), streams: new Changed() }

function figuresOf({ data }: State, stream: number): string {
  const { epoch, highest, received } = data.streams[stream]!
  return `${epoch} ${highest} ${received}`
}

type Step = (world: World) => void
const target = fc.constantFrom(...targets)
const some = fc.subarray(streams)
const steps: fc.Arbitrary<Step>[] = [
  fc.tuple(fc.constantFrom(...streams), fc.constantFrom(0, 0, 1)).map(
    ([s, c]) =>
      (w: World) =>
        w.message(s, c),
  ),
  fc.tuple(target, fc.constantFrom(deliveryKind.live, deliveryKind.held)).map(
    ([t, k]) =>
      (w: World) =>
        w.deliver(t, k),
  ),
  fc.tuple(target, some, fc.constantFrom<number | 'all'>('all', 0, 2)).map(([t, sources, queueDepth]) => (w: World) => {
    const others = streams.filter((one) => !sources.includes(one))
    w.cut(t, {
      sources,
      queueDepth,
      revoked: others.slice(0, 1),
      stopped: others.map((stream) => ({ stream, reason })),
    })
  }),
  target.map((session) => (w: World) => w.control({ kind: 'logon', session })),
  target.map((session) => (w: World) => w.control({ kind: 'logoff', session })),
  target.map((one) => (w: World) => w.control({ kind: 'numbered', target: one })),
  fc.integer({ min: 1, max: 60 }).map((days) => (w: World) => w.week(days)),
  target.map((one) => (w: World) => {
    const { week } = w.state.data
    const expired = [{ target: one, week, stream: 1, count: 1 }]
    w.control({ kind: 'retention', before: 1, expired, gone: {} })
  }),
  target.map((one) => (w: World) => {
    const then: Control[] = [{ kind: 'numbered', target: one, isLost: true }]
    w.control({ kind: 'command', id: 'c', says: 'done', then })
  }),
]
const weights = [10, 6, 2, 1, 2, 1, 1, 1, 1]
const walks = fc.array(fc.oneof(...steps.map((arbitrary, i) => ({ arbitrary, weight: weights[i] ?? 1 }))), {
  minLength: 20,
  maxLength: 60,
})

describe('a report of the ledger', () => {
  test('has said all that has changed, whatever changed it', () => {
    fc.assert(
      fc.property(walks, (walk) => {
        const world = new World()
        world.check()
        for (const step of walk) {
          step(world)
          world.check()
        }
      }),
      { seed: 11, numRuns: 100 },
    )
  })

  test('says nothing of what has not changed, and everything after it is told to forget', () => {
    const { state } = new World()
    const world = { state, report: new LedgerReport(state) }
    applyControl(state, 100, {
      kind: 'cut',
      version: 1,
      digest: 'a',
      targets: [
        {
          id: 11,
          terms: { level: 'all', filters: {}, sources: [1, 2], revoked: [], queueDepth: 'all', queueGraceS: 0 },
        },
      ],
      gone: [],
    })
    expect(world.report.changed()).toHaveLength(2)
    applyMessage(state, 101, {
      class: 0,
      flags: 0,
      feed: 1,
      feedEpoch: 1,
      feedNumber: 1,
      stream: 1,
      epoch: 1,
      number: 1,
    })
    expect(world.report.changed()).toMatchObject([{ sessionId: 'T11', sourceId: 'S1', received: 1, waiting: 1 }])
    markAll(state)
    expect(world.report.changed()).toEqual([])
    world.report.forget()
    expect(world.report.changed()).toHaveLength(2)
  })
})
