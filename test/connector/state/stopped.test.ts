import { expect, test } from 'vitest'
import { applyControl, type Control } from '#connector/state/control.ts'
import { applyMessage } from '#connector/state/fold.ts'
import { total } from '#connector/state/ledger.ts'
import { filteredBy } from '#connector/state/routing.ts'
import { emptyState, restore, type State, serialise, type Terms } from '#connector/state/state.ts'
import { previousOf } from '#connector/state/waiting.ts'
import { balances } from '#test/support/balances.ts'

const reason = 'no consent of Birch Clearing'
const week = '2026-01-04'
/** Class 0 passes, class 1 is filtered for reason 3. */
const judge = () => Int8Array.from([-1, 3])
const terms = (sources: number[], more: Partial<Terms> = {}): Terms => {
  return { level: 'all', filters: {}, sources, revoked: [], queueDepth: 'all', queueGraceS: 0, ...more }
}
const stopped = terms([], { stopped: [{ stream: 1, reason }] })

/** One source to two targets, 11 and 12. */
class World {
  state = emptyState(judge)
  private position = 1
  private number = 0

  constructor() {
    this.control({ kind: 'name', what: 'feed', id: 1, name: 'gw1' })
    this.control({ kind: 'name', what: 'stream', id: 1, name: 'S1' })
    for (const id of [11, 12]) this.control({ kind: 'name', what: 'target', id, name: `T${id}` })
    this.control({ kind: 'week', week })
    for (const id of [11, 12]) this.cut(id, terms([1]))
  }
  control(control: Control): void {
    applyControl(this.state, this.position++, control)
  }
  cut(id: number, of: Terms): void {
    this.control({ kind: 'cut', version: this.position, digest: 'd', targets: [{ id, terms: of }], gone: [] })
  }
  messages(...classes: number[]): void {
    for (const cls of classes) {
      const number = ++this.number
      const of = { stream: 1, epoch: 1, number, feed: 1, feedEpoch: 1, feedNumber: number }
      applyMessage(this.state, this.position++, { class: cls, flags: 0, ...of })
    }
  }
  row(id: number, of = week) {
    return this.state.data.targets[id]!.ledger[of]![1]!
  }
}

test('every message of a stopped source is counted as filtered for its reason, and nothing more of it waits', () => {
  const world = new World()
  world.messages(0)
  world.cut(12, stopped)
  world.messages(0, 1)
  expect(world.row(12)).toMatchObject({ received: 3, waiting: 1, filtered: [], stopped: { [reason]: 2 } })
  expect(balances(world.row(12))).toBe(true)
  expect(world.state.data.targets[12]!.waiting.total).toBe(1)
  expect(world.row(11)).toMatchObject({ received: 3, waiting: 2 })
  expect(filteredBy(total([world.row(12), world.row(12), world.row(11)]))).toEqual({ [reason]: 4, level: 1 })
})

test('a stopped source is counted on after a restart and in the next week, and no more once it is back', () => {
  const world = new World()
  world.cut(12, stopped)
  world.messages(0)
  const restored: State = emptyState(judge)
  restore(restored, serialise(world.state))
  world.state = restored
  world.messages(0)
  world.control({ kind: 'week', week: '2026-01-11' })
  expect(world.row(12, '2026-01-11').received).toBe(0) // it has a row before its first message
  world.messages(0)
  world.cut(12, terms([1]))
  world.messages(0)
  expect(world.row(12)).toMatchObject({ received: 2, stopped: { [reason]: 2 } })
  expect(world.row(12, '2026-01-11')).toMatchObject({ received: 2, waiting: 1, stopped: { [reason]: 1 } })
  expect([world.row(12), world.row(12, '2026-01-11')].every(balances)).toBe(true)
  expect(previousOf(world.state.data.targets[12]!.chains[1]!, 1, 4)).toBe(0)
})
