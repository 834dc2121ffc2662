import { expect, test } from 'vitest'
import { whyBarred } from '#domain/request/barred.ts'
import { requestCan, requestStates } from '#domain/request/lifecycle.ts'

const withPages = [
  'save',
  'discard',
  'party-approve',
  'party-return',
  'party-reject',
  'exchange-approve',
  'exchange-return',
  'exchange-reject',
  'take-back',
  'withdraw',
  'undo',
  'copy-as-new',
] as const

test('an action that a state does not allow is barred by a sentence that names the state and when it is allowed', () => {
  for (const action of withPages)
    for (const state of requestStates.filter((one) => !requestCan(action, one)))
      expect(whyBarred(action, state)).toMatch(/^The request is [a-zA-Z ]+\. .{20,}\.$/)
  expect(whyBarred('withdraw', 'applied')).toBe(
    'The request is applied. A request can be withdrawn from its submission until it is published.',
  )
})

test('one that the state allows is barred by whose it is', () => {
  for (const action of withPages)
    for (const state of requestStates.filter((one) => requestCan(action, one)))
      expect(whyBarred(action, state)).toMatch(/^(Only|Your firm) .*\.$/)
})
