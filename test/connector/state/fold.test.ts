import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyControl, type Control } from '#connector/state/control.ts'
import {
  applyDelivery,
  applyInbound,
  applyMessage,
  applySession,
  flag,
  type MessageKey,
} from '#connector/state/fold.ts'
import { emptyState, restore, type State, serialise, type Terms } from '#connector/state/state.ts'
import { cursorOf, previousOf } from '#connector/state/waiting.ts'
import { balances } from '#test/support/balances.ts'

/** Class 0 passes `all`, class 1 is filtered for reason 3. */
const judge = () => Int8Array.from([-1, 3])
const terms = (sources: number[], more: Partial<Terms> = {}): Terms => ({
  level: 'all',
  filters: {},
  sources,
  revoked: [],
  queueDepth: 'all',
  queueGraceS: 0,
  ...more,
})

type Entry =
  | {
      type: 'M'
      position: number
      class: number
      flags: number
      stream: number
      epoch: number
      number: number
      feedNumber: number
    }
  | {
      type: 'D'
      target: number
      epoch: number
      kind?: number
      firstNumber: number
      messages: number[]
      chain?: number[]
      keys: MessageKey[]
    }
  | { type: 'S'; session: number; epoch: number; number: number }
  | { type: 'I'; session: number; next: number }
  | { type: 'X'; position: number; control: Control }

function apply(state: State, entry: Entry) {
  switch (entry.type) {
    case 'M':
      return applyMessage(state, entry.position, { ...entry, feed: 1, feedEpoch: 1 })
    case 'D':
      return applyDelivery(
        state,
        { kind: 0, chain: [], ...entry, count: entry.messages.length },
        (_, i) => entry.keys[i]!,
      )
    case 'S':
      return applySession(state, entry.session, entry.epoch, entry.number)
    case 'I':
      return applyInbound(state, entry.session, entry.next)
    case 'X':
      return applyControl(state, entry.position, entry.control)
  }
}

/** A connector in small: keeps every eligible message of each target in a list, which the state must agree with. */
class World {
  state = emptyState(judge)
  log: Entry[] = []
  position = 1
  numbers: Record<number, number> = { 1: 0, 2: 0 }
  feedNumber = 0
  /** What waits for each target, oldest first, and what was eligible at all, by the model's own reckoning. */
  waiting: Record<number, { position: number; key: MessageKey; counted: boolean }[]> = { 11: [], 12: [] }
  eligible: Record<number, MessageKey[]> = { 11: [], 12: [] }
  previous: { said: number; meant: number }[] = []

  constructor(depth: number | 'all', graceS: number) {
    this.control({ kind: 'name', what: 'feed', id: 1, name: 'gw1' })
    for (const id of [1, 2]) this.control({ kind: 'name', what: 'stream', id, name: `S${id}` })
    for (const id of [11, 12]) this.control({ kind: 'name', what: 'target', id, name: `T${id}` })
    this.control({ kind: 'week', week: '2026-01-04' })
    const targets = [
      { id: 11, terms: terms([1, 2], { queueDepth: depth, queueGraceS: graceS }) },
      { id: 12, terms: terms([1]) },
    ]
    this.control({ kind: 'cut', version: 1, digest: 'a', targets, gone: [] })
    this.control({ kind: 'start' })
  }

  add(entry: Entry): void {
    this.log.push(entry)
    apply(this.state, entry)
  }

  control(control: Control): void {
    this.add({ type: 'X', position: this.position++, control })
  }

  message(stream: number, cls: number): void {
    const number = ++this.numbers[stream]!
    const position = this.position
    this.position += 100
    const entry = { position, class: cls, flags: 0, stream, epoch: 1, number, feedNumber: ++this.feedNumber }
    this.add({ type: 'M', ...entry })
    if (cls !== 0) return
    const key = { stream, epoch: 1, number, late: false }
    for (const id of stream === 1 ? [11, 12] : [11]) this.arrived(id, position, key)
  }

  arrived(id: number, position: number, key: MessageKey): void {
    const target = this.state.data.targets[id]!
    this.eligible[id]!.push(key)
    const list = this.waiting[id]!
    const depth = target.terms!.queueDepth
    const counted = !target.online && target.counting && depth !== 'all'
    list.push({ position, key, counted })
    if (depth !== 'all' && list.filter((w) => w.counted).length > depth)
      list.splice(
        list.findIndex((w) => w.counted),
        1,
      )
  }

  deliver(id: number, upTo: number): void {
    const target = this.state.data.targets[id]!
    if (!target.online) return
    const list = this.waiting[id]!.splice(0, upTo)
    if (list.length === 0) return
    expect(cursorOf(target.waiting)).toBeLessThanOrEqual(list[0]!.position)
    const said = new Map<number, number>()
    for (const { key } of list) {
      const chain = target.chains[key.stream]!
      const head = Math.max(said.get(key.stream) ?? 0, previousOf(chain, key.epoch, key.number))
      const before = this.eligible[id]!.filter((k) => k.stream === key.stream && k.number < key.number)
      this.previous.push({ said: head, meant: before.at(-1)?.number ?? 0 })
      said.set(key.stream, key.number)
    }
    const messages = list.map((w) => w.position)
    const keys = list.map((w) => w.key)
    this.add({ type: 'D', target: id, epoch: target.epoch, firstNumber: target.nextOut, messages, keys })
  }

  away(id: number): void {
    this.control({ kind: 'logoff', session: id })
  }

  logon(id: number): void {
    this.control({ kind: 'logon', session: id })
    for (const w of this.waiting[id]!) w.counted = false
  }
}

type Step = (world: World) => void
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.tuple(fc.constantFrom(1, 2), fc.constantFrom(0, 0, 1)).map(
      ([s, c]) =>
        (w: World) =>
          w.message(s, c),
    ),
  },
  {
    weight: 5,
    arbitrary: fc.tuple(fc.constantFrom(11, 12), fc.integer({ min: 1, max: 6 })).map(
      ([id, n]) =>
        (w: World) =>
          w.deliver(id, n),
    ),
  },
  { weight: 2, arbitrary: fc.constantFrom(11, 12).map((id) => (w: World) => w.logon(id)) },
  { weight: 2, arbitrary: fc.constantFrom(11, 12).map((id) => (w: World) => w.away(id)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(11, 12).map((id) => (w: World) => w.control({ kind: 'counting', target: id })),
  },
  { weight: 1, arbitrary: fc.constant((w: World) => w.control({ kind: 'start' })) },
  {
    weight: 1,
    arbitrary: fc.constant((w: World) =>
      w.add({ type: 'S', session: 11, epoch: 1, number: w.state.data.targets[11]!.nextOut }),
    ),
  },
)
const worlds = fc.tuple(
  fc.constantFrom<number | 'all'>('all', 0, 1, 3),
  fc.constantFrom(0, 60),
  fc.array(step, { maxLength: 80 }),
)

function run([depth, graceS, steps]: [number | 'all', number, Step[]]): World {
  const world = new World(depth, graceS)
  for (const one of steps) one(world)
  return world
}

describe('the state of a connector', () => {
  test('after a restart from any point equals the state before', () => {
    fc.assert(
      fc.property(worlds, fc.nat(), (made, cut) => {
        const world = run(made)
        const at = cut % (world.log.length + 1)
        const before = emptyState(judge)
        for (const entry of world.log.slice(0, at)) apply(before, entry)
        const restored = emptyState(judge)
        restore(restored, serialise(before))
        for (const entry of world.log.slice(at)) apply(restored, entry)
        expect(restored.data).toEqual(world.state.data)
      }),
    )
  })

  test('puts every source message in exactly one place of the ledger, whatever happens', () => {
    fc.assert(
      fc.property(worlds, (made) => {
        const world = run(made)
        for (const [key, target] of Object.entries(world.state.data.targets)) {
          const rows = Object.values(target.ledger['2026-01-04'] ?? {})
          expect(rows.every(balances)).toBe(true)
          expect(rows.reduce((sum, row) => sum + row.waiting, 0)).toBe(target.waiting.total)
          expect(target.waiting.total).toBe(world.waiting[Number(key)]!.length)
        }
      }),
    )
  })

  test('names in 1350 the eligible message before it, delivered or held', () => {
    fc.assert(
      fc.property(worlds, (made) => {
        for (const { said, meant } of run(made).previous) expect(said).toBe(meant)
      }),
    )
  })

  test('holds the oldest of what waits as soon as the depth is lowered, and everything when it is nothing', () => {
    const world = new World(3, 0)
    for (let n = 1; n <= 4; n++) world.message(1, 0)
    const { 11: target } = world.state.data.targets
    const row = () => target!.ledger['2026-01-04']![1]
    expect([target!.waiting.total, row()]).toEqual([3, expect.objectContaining({ waiting: 3, held: 1 })])
    world.control({
      kind: 'cut',
      version: 2,
      digest: 'b',
      targets: [{ id: 11, terms: terms([1, 2], { queueDepth: 1 }) }],
      gone: [],
    })
    expect([target!.waiting.total, row()]).toEqual([1, expect.objectContaining({ waiting: 1, held: 3 })])
    expect(target!.history).toHaveLength(1) // who gets what is as it was
    world.control({
      kind: 'cut',
      version: 3,
      digest: 'c',
      targets: [{ id: 11, terms: terms([1, 2], { queueDepth: 0 }) }],
      gone: [],
    })
    expect([target!.waiting.total, row()]).toEqual([0, expect.objectContaining({ waiting: 0, held: 4 })])
  })

  test('lets nothing wait again that a depth of nothing pushed out behind a queue', () => {
    const world = new World(3, 0)
    for (let n = 1; n <= 3; n++) world.message(1, 0)
    const none = [{ id: 11, terms: terms([1, 2], { queueDepth: 0 }) }]
    world.control({ kind: 'cut', version: 2, digest: 'b', targets: none, gone: [] })
    const held = world.position
    world.message(1, 0)
    world.logon(11)
    world.message(1, 0)
    const { total, runs } = world.state.data.targets[11]!.waiting
    expect(total).toBe(1)
    expect(runs.some((from, i) => i % 2 === 0 && from <= held && held <= runs[i + 1]!)).toBe(false)
  })

  test('counts a late message as delivered without moving the chain', () => {
    const world = new World('all', 0)
    world.message(1, 0)
    world.message(1, 0)
    world.logon(11)
    world.deliver(11, 2)
    world.add({ type: 'M', position: 9000, class: 0, flags: flag.late, stream: 1, epoch: 1, number: 1, feedNumber: 9 })
    const keys = [{ stream: 1, epoch: 1, number: 1, late: true }]
    world.add({ type: 'D', target: 11, epoch: 1, firstNumber: 3, messages: [9000], keys })
    expect(world.state.data.targets[11]!.chains[1]).toMatchObject({ head: 2 })
    expect(world.state.data.targets[11]!.ledger['2026-01-04']![1]).toMatchObject({ delivered: 3, waiting: 0 })
  })
})

describe('a new trading week', () => {
  test('holds what was not sent in the week it belongs to and starts numbers and chains anew', () => {
    const world = new World('all', 0)
    world.message(1, 0)
    world.message(1, 0)
    world.logon(11)
    world.deliver(11, 1)
    world.control({ kind: 'week', week: '2026-01-11' })
    const target = world.state.data.targets[11]!
    expect(target.ledger['2026-01-04']![1]).toMatchObject({ delivered: 1, waiting: 0, held: 1 })
    expect(target).toMatchObject({ epoch: 2, nextIn: 1, nextOut: 1, waiting: { total: 0, runs: [] } })
    expect(target.chains[1]).toMatchObject({ head: 0 })
  })
})

describe('a source taken away with effect on the past', () => {
  test('is not waited for any more and counts as filtered', () => {
    const world = new World('all', 0)
    world.message(1, 0)
    world.message(2, 0)
    const left = [{ id: 11, terms: terms([2], { revoked: [1] }) }]
    world.control({ kind: 'cut', version: 2, digest: 'b', targets: left, gone: [] })
    const target = world.state.data.targets[11]!
    expect(target.waiting.total).toBe(1)
    expect(target.ledger['2026-01-04']![1]).toMatchObject({ waiting: 0, received: 1 })
    expect(Object.values(target.ledger['2026-01-04']!).every(balances)).toBe(true)
  })
})

describe('a source that leaves a group and joins it again', () => {
  /** A world whose target 11 has the source 1 taken away and put back with nothing in between. */
  const cut = (world: World, targets: { id: number; terms: Terms }[], gone: number[] = []) =>
    world.control({ kind: 'cut', version: 2, digest: 'b', targets, gone })
  const away = (world: World) => cut(world, [{ id: 11, terms: terms([2]) }])
  const back = (world: World, depth: number | 'all' = 'all') =>
    cut(world, [{ id: 11, terms: terms([1, 2], { queueDepth: depth }) }])
  const chain = (world: World) => world.state.data.targets[11]!.chains[1]!

  test('begins its chain without 1350, and goes on from there', () => {
    const world = new World('all', 0)
    world.logon(11)
    world.message(1, 0)
    world.deliver(11, 1)
    away(world)
    world.numbers[1] = 7
    world.state.data.streams[1]!.highest = 7
    back(world)
    expect(previousOf(chain(world), 1, 8)).toBe(0)
    world.message(1, 0)
    world.deliver(11, 1)
    expect(previousOf(chain(world), 1, 9)).toBe(8)
  })

  test('still chains what waited from before it left to what was delivered before', () => {
    const world = new World('all', 0)
    world.logon(11)
    world.message(1, 0)
    world.deliver(11, 1)
    world.away(11)
    world.message(1, 0)
    away(world)
    back(world)
    world.message(1, 0)
    away(world)
    back(world)
    expect([2, 3, 4].map((number) => previousOf(chain(world), 1, number))).toEqual([1, 0, 0])
    world.logon(11)
    world.deliver(11, 1)
    expect([3, 4].map((number) => previousOf(chain(world), 1, number))).toEqual([0, 0])
  })

  test('names no copy that is held from before it left', () => {
    const world = new World(0, 0)
    world.message(1, 0)
    away(world)
    back(world, 0)
    expect(previousOf(chain(world), 1, 2)).toBe(0)
    world.message(1, 0)
    expect(previousOf(chain(world), 1, 3)).toBe(2)
  })

  test('is one whose target was taken away and put back, too', () => {
    const world = new World('all', 0)
    world.logon(11)
    world.message(1, 0)
    world.deliver(11, 1)
    cut(world, [], [11])
    back(world)
    expect(previousOf(chain(world), 1, 2)).toBe(0)
  })

  test('is not one whose level changes: its chain goes on', () => {
    const world = new World('all', 0)
    world.logon(11)
    world.message(1, 0)
    world.deliver(11, 1)
    cut(world, [{ id: 11, terms: terms([1, 2], { level: 'executions' }) }])
    expect(previousOf(chain(world), 1, 2)).toBe(1)
  })
})
