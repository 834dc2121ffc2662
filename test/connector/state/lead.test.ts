import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyControl, type Control } from '#connector/state/control.ts'
import { type LastNumbers, raisedAbove, raisedNumbers } from '#connector/state/lead.ts'
import { judgeTerms } from '#connector/state/routing.ts'
import { emptyState, type State } from '#connector/state/state.ts'

const names = ['A', 'B', 'C'] as const
const ids = { feed: { A: 1, B: 2, C: 3 }, target: { A: 4, B: 5, C: 6 } }
const above = { lineage: 'l', term: 4, batch: 90 }
const small = fc.integer({ min: 1, max: 50 })
const numbers = fc.record({ epoch: fc.integer({ min: 1, max: 3 }), nextOut: small, nextIn: small })
const sessions = fc.uniqueArray(
  fc.record({ what: fc.constantFrom('feed' as const, 'target' as const), name: fc.constantFrom(...names), numbers }),
  { selector: ({ what, name }) => `${what} ${name}`, maxLength: 6 },
)
type Session = {
  what: 'feed' | 'target'
  name: (typeof names)[number]
  numbers: Omit<LastNumbers['sessions'][number], 'what' | 'name'>
}

/** A journal that has these sessions. */
function journalOf(own: readonly Session[]): State {
  const state = emptyState(judgeTerms)
  for (const { what, name, numbers: at } of own) {
    const id = ids[what][name]
    applyControl(state, 1, { kind: 'name', what, id, name })
    applyControl(state, 1, {
      kind: 'numbers',
      session: id,
      epoch: at.epoch,
      nextIn: at.nextIn ?? 1,
      nextOut: at.nextOut,
    })
  }
  return state
}

/** As a connector does that takes over from behind. */
function raise(state: State, reported: LastNumbers, gap: number): void {
  const raisedBy = raisedAbove(state, above)
  const idOf = (what: 'feed' | 'target', name: string) => {
    const id = ids[what][name as (typeof names)[number]]
    if (!state.data.feeds[id] && !state.data.targets[id]) applyControl(state, 2, { kind: 'name', what, id, name })
    return id
  }
  const raised = raisedNumbers(state.data, reported, { gap, raisedBy }, idOf)
  const control: Control = { kind: 'take-over', reason: '', gap, above, atMs: 0, sessions: raised }
  applyControl(state, 2, control)
}

const reportedOf = (list: readonly Session[]): LastNumbers => ({
  week: '',
  sessions: list.map(({ what, name, numbers: { nextIn = 1, ...at } }) => ({
    ...{ what, name, ...at },
    ...(what === 'feed' ? { nextIn } : {}),
  })),
})

describe('numbers that are raised above those of a lease', () => {
  test('are above all that were reported and all of the journal, in the epoch that was reported', () => {
    fc.assert(
      fc.property(sessions, sessions, fc.integer({ min: 1, max: 1_000 }), (own, there, gap) => {
        const state = journalOf(own)
        raise(state, reportedOf(there), gap)
        for (const { what, name, numbers: at } of there) {
          const now = what === 'feed' ? state.data.feeds[ids.feed[name]] : state.data.targets[ids.target[name]]
          expect(now?.epoch).toBe(at.epoch)
          expect(now?.nextOut).toBeGreaterThanOrEqual(at.nextOut + gap)
        }
        for (const { what, name, numbers: at } of own) {
          const now = what === 'feed' ? state.data.feeds[ids.feed[name]] : state.data.targets[ids.target[name]]
          if (now?.epoch === at.epoch) expect(now.nextOut).toBeGreaterThanOrEqual(at.nextOut + gap)
        }
      }),
    )
  })

  test('stand where one raise would have put them, however often the lease could not be taken', () => {
    fc.assert(
      fc.property(sessions, sessions, fc.array(small, { minLength: 1, maxLength: 5 }), (own, there, steps) => {
        const often = journalOf(own)
        let gap = 0
        for (const step of steps) {
          gap += step
          raise(often, reportedOf(there), gap)
        }
        const once = journalOf(own)
        raise(once, reportedOf(there), gap)
        const seen = ({ data: { feeds, targets, tookOver } }: State) => ({ feeds, targets, tookOver })
        expect(seen(often)).toEqual(seen(once))
      }),
    )
  })
})
