import { expect, test } from 'vitest'
import { applyControl, type Control } from '#connector/state/control.ts'
import { applyMessage } from '#connector/state/fold.ts'
import { Membership } from '#connector/state/membership.ts'
import { Replay } from '#connector/state/recovery.ts'
import { judgeTerms } from '#connector/state/routing.ts'
import { emptyState, type State } from '#connector/state/state.ts'
import { messageClasses } from '#dropcopy/classify.ts'
import { UnknownFormatError } from '#journal/layout.ts'
import type { JournalRecord } from '#journal/records.ts'

/** One source to one target. */
function world(): State {
  const state = emptyState(judgeTerms)
  const terms = { level: 'all', filters: {}, sources: [1], revoked: [], queueDepth: 'all' as const, queueGraceS: 0 }
  const controls: Control[] = [
    { kind: 'name', what: 'feed', id: 1, name: 'gw1' },
    { kind: 'name', what: 'stream', id: 1, name: 'K7T882' },
    { kind: 'name', what: 'target', id: 2, name: 'ODQ1Z9' },
    { kind: 'week', week: '2026-01-04' },
    { kind: 'cut', version: 1, digest: 'd', targets: [{ id: 2, terms }], gone: [] },
  ]
  for (const [position, control] of controls.entries()) applyControl(state, position, control)
  return state
}
const message = (cls: number) => {
  const of = { stream: 1, epoch: 1, number: 1, feed: 1, feedEpoch: 1, feedNumber: 1 }
  return { type: 'M', position: 9, wallClockMs: 0, class: cls, flags: 0, ...of }
}
const [last, next] = [messageClasses.length - 1, messageClasses.length]

test('a message of a class that only another release knows ends whoever reads it, and is never counted as filtered', () => {
  const says = `a message of class ${next}`
  for (const read of [
    // what it looks at
    (state: State, cls: number) => new Replay(state).apply(message(cls) as unknown as JournalRecord),
    (state: State, cls: number) => applyMessage(state, 9, message(cls)),
    (state: State, cls: number) => new Membership(state).isCopyOf(state.data.targets[2]!, message(cls)),
  ]) {
    const state = world()
    expect(() => read(state, next)).toThrow(UnknownFormatError)
    expect(() => read(state, next)).toThrow(says)
    expect(state.data.targets[2]!.ledger['2026-01-04']![1]).toMatchObject({ received: 0, filtered: [] })
    expect(() => read(state, last)).not.toThrow()
  }
})

test('that holds also where no target has the source', () => {
  const state = world()
  applyControl(state, 8, { kind: 'cut', version: 2, digest: 'e', targets: [], gone: [2] })
  expect(() => new Replay(state).apply(message(next) as unknown as JournalRecord)).toThrow(UnknownFormatError)
})
