import { expect, test } from 'vitest'
import { whyAside } from '#app/routes/names.ts'

test.each([
  [{ name: 'V8N882', known: true, isSession: true }, /^Known\. They came before it was, over another feed/],
  [{ name: 'V8N882', known: false, isSession: true }, /^A source session, which was not published when they came$/],
  [{ name: 'V8N882/30', known: false, isSession: true }, /has no such market segment$/],
  [{ name: 'ZZZ999', known: false, isSession: false }, /^No source session has this name$/],
])('what was kept aside under a name says what is wrong with it: %o', (row, says) => {
  expect(whyAside(row)).toMatch(says)
})
