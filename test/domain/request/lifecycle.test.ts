import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  isFinal,
  openStates,
  type RequestState,
  requestActionNames,
  requestActions,
  requestCan,
  requestStates,
  requestStateWord,
} from '#domain/request/lifecycle.ts'
import { requestMoves } from '#test/support/request-moves.ts'

const targets = (action: keyof typeof requestActions, from: RequestState): RequestState[] =>
  requestStates.filter((to) => requestMoves(action, from, to))

describe('the state table of requests', () => {
  test('whatever is done in whatever order, a request stands in a listed state and a final one is never left', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 60 }), (choices) => {
        let state: RequestState = 'draft'
        for (const [which, end] of choices) {
          const action = requestActionNames[which % requestActionNames.length]!
          const ends = targets(action, state)
          if (ends.length === 0) continue
          expect(isFinal(state)).toBe(false)
          state = ends[end % ends.length]!
        }
        expect(requestStates).toContain(state)
      }),
    )
  })

  test('every state but the draft can be reached from a draft', () => {
    const reached = new Set<RequestState>(['draft'])
    for (let before = 0; before < reached.size; ) {
      before = reached.size
      for (const from of [...reached])
        for (const action of requestActionNames) for (const to of targets(action, from)) reached.add(to)
    }
    expect([...reached].sort()).toEqual([...requestStates].sort())
  })

  test('from a final state only a copy as a new draft is allowed, and not of an applied one', () => {
    for (const state of requestStates.filter(isFinal)) {
      const allowed = requestActionNames.filter((action) => requestCan(action, state))
      expect(allowed).toEqual(state === 'applied' ? [] : ['copy-as-new'])
    }
  })

  test('what is with firms, with the GAM or being applied cannot be edited', () => {
    for (const state of openStates) expect(requestCan('save', state)).toBe(false)
  })

  test('nobody but the system confirms, publishes what is scheduled, or expires', () => {
    for (const action of ['confirm', 'publish', 'expire'] as const)
      expect(requestActions[action].who).toEqual(['system'])
  })
})

describe('the word on screen', () => {
  test('counts the clearing firms that have answered', () => {
    expect(requestStateWord('with-firms', { met: 2, firms: 3, running: 0, parts: 0 })).toBe(
      'With clearing firms (2 of 3)',
    )
  })
  test('says how many parts run while a publication is being applied', () => {
    expect(requestStateWord('applying', { met: 0, firms: 0, running: 3, parts: 4 })).toBe('Applying (3 of 4 parts)')
  })
})
