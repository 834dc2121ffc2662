import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Arrival, identify, type Kept, type Known } from '#connector/feeds/identity.ts'

const arrival = (more: Partial<Arrival> = {}): Arrival => ({
  number: 10,
  digest: 1,
  possResend: false,
  recovered: false,
  sendingTimeMs: 1_000,
  requestTime: '',
  ...more,
})

/** A stream in epoch 2 with numbers 5..20, the newest sent at 2,000, the first at 1,500; epoch 1 held 3..9. */
const known = (kept: Record<string, Kept> = {}, more: Partial<Known> = {}): Known => ({
  epoch: 2,
  highest: 20,
  first: 5,
  firstBefore: 3,
  feed: 1,
  feedEpoch: 1,
  find: (epoch, number) => kept[`${epoch} ${number}`],
  newestMs: () => 2_000,
  firstMs: () => 1_500,
  ...more,
})

describe('a source message', () => {
  test('above the highest number is new, without a look at the journal', () => {
    const find = () => {
      throw new Error('asked')
    }
    expect(identify(arrival({ number: 21 }), known({}, { find }))).toEqual({ kind: 'new', epoch: 2 })
  })

  test('with the bytes of this or the previous epoch is a duplicate', () => {
    expect(identify(arrival(), known({ '2 10': { digest: 1, requestTime: '', lasting: 0 } }))).toEqual({
      kind: 'duplicate',
    })
    expect(identify(arrival(), known({ '1 10': { digest: 1, requestTime: '', lasting: 0 } }))).toEqual({
      kind: 'duplicate',
    })
  })

  test('flagged as possible resend with a known RequestTime is a duplicate, whatever its other bytes', () => {
    const kept = { '2 10': { digest: 9, requestTime: '555', lasting: 0 } }
    const again = arrival({ possResend: true, recovered: true, requestTime: '555', sendingTimeMs: 1_900 })
    expect(identify(again, known(kept))).toEqual({ kind: 'duplicate' })
  })

  test('sent again by its source is a duplicate of the one with the same lasting part or RequestTime, and never a restart', () => {
    const again = arrival({ recovered: true, lasting: 7, requestTime: '555', sendingTimeMs: 2_001 })
    expect(identify(again, known({ '2 10': { digest: 9, requestTime: '', lasting: 7 } }))).toEqual({
      kind: 'duplicate',
    })
    const timed = known({ '2 10': { digest: 9, requestTime: '555', lasting: 8 } })
    expect(identify(again, timed)).toEqual({ kind: 'duplicate' })
    const other = known({ '2 10': { digest: 9, requestTime: '556', lasting: 8 } })
    expect(identify(again, other)).toEqual({ kind: 'conflict' })
    expect(identify(again, known())).toEqual({ kind: 'late', epoch: 2 })
  })

  test('sent later than the newest of the epoch tells that the source has started again', () => {
    const kept = { '2 10': { digest: 9, requestTime: '', lasting: 0 } }
    expect(identify(arrival({ sendingTimeMs: 2_001 }), known(kept))).toEqual({ kind: 'restarted', epoch: 3 })
  })

  test('never seen before, below the highest and not newer, is late', () => {
    expect(identify(arrival(), known())).toEqual({ kind: 'late', epoch: 2 })
  })

  test('whose number is taken by other bytes is in conflict', () => {
    expect(identify(arrival(), known({ '2 10': { digest: 9, requestTime: '', lasting: 0 } }))).toEqual({
      kind: 'conflict',
    })
  })

  test('recovered from before the epoch began is judged in the one before', () => {
    const before = arrival({ number: 7, recovered: true, sendingTimeMs: 1_400 })
    expect(identify(before, known())).toEqual({ kind: 'late', epoch: 1 })
    expect(identify({ ...before, number: 30 }, known())).toEqual({ kind: 'late', epoch: 1 })
    expect(identify({ ...before, number: 2 }, known())).toEqual({ kind: 'too-old' })
  })

  test('up to the newest one that retention has removed is older than anything kept, unless the source has started again', () => {
    const gone = { epoch: 2, number: 10 }
    expect(identify(arrival(), known({}, { gone }))).toEqual({ kind: 'too-old' })
    expect(identify(arrival({ number: 11 }), known({}, { gone }))).toEqual({ kind: 'late', epoch: 2 })
    expect(identify(arrival({ sendingTimeMs: 2_001 }), known({}, { gone }))).toEqual({ kind: 'restarted', epoch: 3 })
    const before = arrival({ number: 30, recovered: true, sendingTimeMs: 1_400 })
    expect(identify(before, known({}, { gone }))).toEqual({ kind: 'too-old' })
    expect(identify(before, known({}, { gone: { epoch: 1, number: 4 } }))).toEqual({ kind: 'late', epoch: 1 })
  })

  test('is new or starts an epoch exactly when it moves the stream forward, and never twice', () => {
    const message = fc.record({ number: fc.integer({ min: 1, max: 8 }), digest: fc.integer({ min: 1, max: 3 }) })
    fc.assert(
      fc.property(fc.array(message, { maxLength: 40 }), (messages) => {
        const kept = new Map<string, Kept>()
        const stream = { epoch: 1, highest: 0, first: 0 }
        let clock = 0
        for (const { number, digest } of messages) {
          clock += 1
          const now = clock
          const view = known(
            {},
            {
              ...stream,
              firstBefore: 1,
              newestMs: () => now - 1,
              firstMs: () => 0,
              find: (e, n) => kept.get(`${e} ${n}`),
            },
          )
          const verdict = identify(arrival({ number, digest, sendingTimeMs: now }), view)
          if (verdict.kind !== 'new' && verdict.kind !== 'restarted') continue
          expect(kept.has(`${verdict.epoch} ${number}`)).toBe(false)
          kept.set(`${verdict.epoch} ${number}`, { digest, requestTime: '', lasting: 0 })
          if (verdict.kind === 'restarted') stream.first = number
          stream.epoch = verdict.epoch
          stream.highest = number
        }
      }),
    )
  })
})
