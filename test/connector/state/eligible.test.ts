import { expect, test } from 'vitest'
import { applyControl } from '#connector/state/control.ts'
import { applyMessage, flag } from '#connector/state/fold.ts'
import { emptyState, type State, type Terms } from '#connector/state/state.ts'

/** Level `all` lets both classes through, every other one class 0 alone. */
const judge = ({ level }: Terms) => Int8Array.from(level === 'all' ? [-1, -1] : [-1, 3])
const terms = (level: string): Terms => ({
  level,
  filters: {},
  sources: [1],
  revoked: [],
  queueDepth: 'all',
  queueGraceS: 0,
})

/** Targets 2 and 3 have the source: one takes both classes, the other one of them. */
function twoTargets(): State {
  const state = emptyState(judge)
  applyControl(state, 1, { kind: 'name', what: 'stream', id: 1, name: 'K7T882' })
  applyControl(state, 2, { kind: 'name', what: 'target', id: 2, name: 'ODQ1Z9' })
  applyControl(state, 3, { kind: 'name', what: 'target', id: 3, name: 'ODQ1Z8' })
  const targets = [
    { id: 2, terms: terms('all') },
    { id: 3, terms: terms('trades') },
  ]
  applyControl(state, 4, { kind: 'cut', version: 1, digest: '', targets, gone: [] })
  return state
}

const message = { class: 0, flags: 0, stream: 1, epoch: 1, feed: 9, feedEpoch: 1, number: 1, feedNumber: 1 }
const eligible = ({ eligible: { ids, count } }: State) => ids.slice(0, count)
const waiting = ({ data: { targets } }: State) => [targets[2]?.waiting.total, targets[3]?.waiting.total]

test('the fold says whom a message is a copy for, and the same targets have it waiting', () => {
  const state = twoTargets()
  applyMessage(state, 10, message)
  expect(eligible(state)).toEqual([2, 3])
  expect(waiting(state)).toEqual([1, 1])
  applyMessage(state, 11, { ...message, class: 1, number: 2, feedNumber: 2 })
  expect(eligible(state)).toEqual([2])
  expect(waiting(state)).toEqual([2, 1])
})

test('a message that is kept aside is a copy for nobody', () => {
  const state = twoTargets()
  applyMessage(state, 10, message)
  applyMessage(state, 11, { ...message, flags: flag.aside, stream: 0, number: 0, feedNumber: 2 })
  expect(eligible(state)).toEqual([])
})
