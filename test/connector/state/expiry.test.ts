import { expect, test } from 'vitest'
import { applyControl } from '#connector/state/control.ts'
import { Expiry } from '#connector/state/expiry.ts'
import { applyDelivery, applyMessage, deliveryKind } from '#connector/state/fold.ts'
import { emptyState } from '#connector/state/state.ts'
import { noMemory } from '#fix/memory.ts'
import type { MessageRecord } from '#journal/records.ts'

const message = (number: number): MessageRecord => ({
  type: 'M',
  position: number * 100,
  batch: 0,
  wallClockMs: 0,
  class: 0,
  flags: 0,
  stream: 1,
  epoch: 1,
  feed: 1,
  feedEpoch: 1,
  number,
  feedNumber: number,
  digest: 0,
  bodyAt: 0,
  at797: 0,
  ...noMemory,
  start: 0,
  end: 0,
})

test('what Application Resend has brought does not expire with the messages it was made of', () => {
  const state = emptyState(() => Int8Array.of(-1))
  applyControl(state, 1, { kind: 'name', what: 'feed', id: 1, name: 'gw1' })
  applyControl(state, 2, { kind: 'name', what: 'stream', id: 1, name: 'K7T882' })
  applyControl(state, 3, { kind: 'name', what: 'target', id: 2, name: 'ODQ1Z9' })
  applyControl(state, 4, { kind: 'week', week: '2026-01-04' })
  const terms = { level: 'all', filters: {}, sources: [1], revoked: [], queueDepth: 0, queueGraceS: 0 }
  applyControl(state, 5, { kind: 'cut', version: 1, digest: '', targets: [{ id: 2, terms }], gone: [] })
  const records = [1, 2, 3, 4].map(message)
  for (const record of records) applyMessage(state, record.position, record)
  const target = state.data.targets[2]!
  const resent = { target: 2, epoch: target.epoch, kind: deliveryKind.held, firstNumber: 1, count: 2 }
  applyDelivery(state, { ...resent, messages: [200, 300], chain: [0, 1] }, (position) => ({
    stream: 1,
    epoch: 1,
    number: position / 100,
    late: false,
  }))
  const row = target.ledger['2026-01-04']![1]!
  expect(row).toMatchObject({ received: 4, delivered: 2, held: 2 })
  applyControl(state, 500, { kind: 'week', week: '2026-01-11' })
  const expiry = new Expiry(state)
  for (const record of records) expiry.add(record)
  expect(expiry.expired).toEqual([{ target: 2, week: '2026-01-04', stream: 1, count: 2 }])
})
