import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { monthOf } from '#domain/calendar/month.ts'
import { writeAge, writeCount } from '#domain/figures.ts'
import { feedState } from '#domain/status/feed.ts'
import {
  addLedgers,
  deliveryWords,
  type FeedFacts,
  groupState,
  type Ledger,
  sessionsState,
  type TargetFacts,
  targetState,
  unaccounted,
  underConnector,
} from '#domain/status/state.ts'
import { verdict } from '#domain/status/verdict.ts'

const ledger: Ledger = { received: 100, delivered: 90, filtered: 10, waiting: 0, held: 0, expired: 0 }
const target: TargetFacts = {
  sessionId: 'ODQ2Z9',
  wanted: 'open',
  hasCredential: true,
  part: 'running',
  publishedAgoMs: 0,
  loggedOn: true,
  onBackup: false,
  behindMs: 0,
  ledger,
  recovering: 0,
}
const feed: FeedFacts = { id: 'gw1', part: 'running', connected: true, gap: 0, lost: 0 }
const heard = { agoMs: 500 }
const word = (over: Partial<TargetFacts>, feeds: FeedFacts[] = [feed]) =>
  underConnector(targetState({ ...target, ...over }, feeds), heard).word

describe('a feed', () => {
  test('has a state of its own, worst first, and says nothing while the connector is silent', () => {
    const wordOf = (over: Partial<FeedFacts>) => feedState({ ...feed, ...over }, 'open', heard).word
    expect(wordOf({})).toBe('Complete')
    expect(wordOf({ gap: 3 })).toBe('Catching up')
    expect(wordOf({ gap: 3, connected: false })).toBe('Late')
    expect(wordOf({ connected: false, lost: 1 })).toBe('Needs you')
    expect(wordOf({ alarm: 'MsgSeqNum too low' })).toBe('Needs you')
    expect(feedState(feed, 'open', { agoMs: 11_000 }).word).toBe('Unknown')
    expect(feedState({ ...feed, lost: 1 }, 'closed', heard).text).toBe('Closed')
  })
  test('is named to whoever may look at it, by the target that stands still for it', () => {
    expect(underConnector(targetState(target, [{ ...feed, alarm: 'MsgSeqNum too low' }]), heard)).toMatchObject({
      feed: 'gw1',
      todo: 'Settle it with whoever runs the gateway.',
    })
    expect(underConnector(targetState(target, [{ ...feed, connected: false }]), heard).feed).toBe('gw1')
  })
})

describe('an alarm of the connector as a whole', () => {
  const alarmed = (says: string | null) => ({ ...heard, alarm: { says } })
  test('stands over every target that is not closed', () => {
    const full = alarmed('The disk is full.')
    expect(underConnector(targetState(target, [feed]), full)).toMatchObject({
      word: 'Needs you',
      sentence: 'The disk is full.',
    })
    expect(underConnector(targetState({ ...target, wanted: 'closed' }, [feed]), full).text).toBe('Closed')
  })
  test('is told to a firm without what it says, on its targets and on the sessions that it guarantees', () => {
    const told = {
      word: 'Needs you',
      sentence: 'The connector that copies for this group has raised an alarm.',
      todo: 'Operations of the exchange have to see to it; copies may be late or missing until then.',
    }
    expect(underConnector(targetState(target, [feed]), alarmed(null))).toMatchObject(told)
    expect(underConnector(sessionsState(ledger, 1), alarmed(null))).toMatchObject(told)
    expect(underConnector(sessionsState(ledger, 1), heard).word).toBe('Complete')
  })
})

describe('what only the exchange can put right', () => {
  const refusal = { says: 'It does not lead.', remedy: 'Start it with drop-copy connector --data DIR.' }
  test.each([
    ['no connector leads', { ...heard, refusal }],
    ['its numbers are in doubt', { ...heard, doubt: 'Numbers were raised.' }],
    ['it says nothing', { agoMs: 11_000 }],
  ])('names no command to a firm: %s', (_, one) => {
    const [exchange, firm] = [one, { ...one, isFirm: true }].map((of) =>
      underConnector(targetState(target, [feed]), of),
    )
    expect([firm?.word, firm?.sentence]).toEqual([exchange?.word, exchange?.sentence])
    expect(firm?.todo).toMatch(/exchange/)
    expect(firm?.todo).not.toMatch(/drop-copy|See that/)
    expect(exchange?.todo).toMatch(/drop-copy|See that/)
  })
})

describe('the word of a target', () => {
  test('is Complete only when every message is accounted for and somebody reads', () => {
    expect(word({})).toBe('Complete')
    expect(word({ ledger: { ...ledger, delivered: 89 } })).toBe('Needs you')
    expect(word({ ledger: { ...ledger, delivered: 91 } })).toBe('Needs you')
    expect(word({ loggedOn: false })).toBe('Waiting for them')
    expect(word({ hasCredential: false })).toBe('Waiting for them')
  })

  test('names what holds it up', () => {
    expect(word({ behindMs: 2_001 })).toBe('Late')
    expect(word({}, [{ ...feed, connected: false }])).toBe('Late')
    expect(word({ onBackup: true })).toBe('On backup')
    expect(word({ recovering: 12 })).toBe('Catching up')
    expect(word({}, [{ ...feed, gap: 3 }])).toBe('Catching up')
    expect(word({ part: 'unanswered' })).toBe('Catching up')
    expect(word({ part: 'unanswered', publishedAgoMs: 61_000 })).toBe('Needs you')
    expect(word({ part: 'refused', detail: 'port taken' })).toBe('Needs you')
    expect(word({}, [{ ...feed, lost: 1 }])).toBe('Needs you')
    expect(word({ alarm: 'the client keeps asking for 1' })).toBe('Needs you')
    expect(underConnector(targetState({ ...target, wanted: 'paused', pausedBy: 'Hollis' }, [feed]), heard).text).toBe(
      'Paused by Hollis',
    )
  })

  test('is Unknown the moment the connector falls silent, whatever it said last', () => {
    fc.assert(
      fc.property(fc.option(fc.integer({ min: 10_001 }), { nil: undefined }), fc.boolean(), (agoMs, loggedOn) => {
        expect(underConnector(targetState({ ...target, loggedOn }, [feed]), { agoMs }).word).toBe('Unknown')
        expect(underConnector(groupState([]), { agoMs }).word).toBe('Unknown')
        expect(underConnector(sessionsState(ledger, 1), { agoMs }).word).toBe('Unknown')
      }),
    )
  })

  test('says how many copies wait for a client that is away, in the words of the columns', () => {
    const away = { ...ledger, delivered: 0, waiting: 60, held: 30 }
    const sentence = (over: Partial<Ledger>) =>
      underConnector(targetState({ ...target, loggedOn: false, ledger: { ...away, ...over } }, [feed]), heard).sentence
    expect(sentence({})).toBe('No logon. 60 copies wait and 30 copies are held.')
    expect(sentence({ received: 70, held: 0 })).toBe('No logon. 60 copies wait.')
    expect(sentence({ received: 11, waiting: 0, held: 1 })).toBe('No logon. 1 copy is held.')
    expect(sentence({ received: 11, waiting: 1, held: 0 })).toBe('No logon. 1 copy waits.')
    expect(underConnector(sessionsState(away, 1), heard).sentence).toBe(
      '60 copies of your sessions wait and 30 copies are held for the client.',
    )
    expect(underConnector(sessionsState(away, 0), heard).word).toBe('Waiting for them')
    expect(underConnector(sessionsState(ledger, 0), heard).sentence).toBe('None of your sessions is in this group now.')
  })
})

test('a group is as well as its worst target', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...deliveryWords), { minLength: 1 }), (words) => {
      const states = words.map((one) => ({ word: one, text: one, sentence: '', replacedBy: 'connector' as const }))
      const worst = deliveryWords.find((one) => words.includes(one))
      expect(groupState(states).word).toBe(worst)
    }),
  )
})

test('the sum of ledgers is unaccounted for exactly as much as its parts', () => {
  const one = fc.record({
    received: fc.nat(),
    delivered: fc.nat(),
    filtered: fc.nat(),
    waiting: fc.nat(),
    held: fc.nat(),
    expired: fc.nat(),
  })
  fc.assert(
    fc.property(fc.array(one), (ledgers) => {
      const parts = ledgers.reduce((sum, each) => sum + unaccounted(each), 0)
      expect(unaccounted(addLedgers(ledgers))).toBe(parts)
    }),
  )
})

describe('the first sentence of the page', () => {
  const away = underConnector(targetState({ ...target, loggedOn: false }, [feed]), heard)
  const complete = { word: 'Complete' as const, count: 2 }
  const all = { counts: [complete], open: 0, worst: undefined, hidden: 0 }
  test('has the truth in one line', () => {
    expect(verdict(all, 0, heard).sentence).toBe('2 of 2 groups complete, nothing unaccounted.')
    expect(verdict({ ...all, counts: [] }, 0, heard).sentence).toBe('No group is live yet.')
    expect(verdict(all, 0, { agoMs: 12_000 })).toMatchObject({
      tone: 'unknown',
      sentence: 'No word from the connector for 12 s: every number here is stale.',
    })
  })
  test('names the worst group, and says what is missing', () => {
    const counts = [
      { word: 'Waiting for them' as const, count: 1 },
      { word: 'Complete' as const, count: 1 },
    ]
    expect(verdict({ ...all, counts, worst: { name: 'Desk 8', state: away } }, 0, heard)).toMatchObject({
      tone: 'attention',
      sentence: '1 of 2 groups complete, nothing unaccounted. Desk 8: No logon. No copy waits.',
      counts,
    })
    expect(verdict({ ...all, counts: [{ ...complete, count: 1 }], open: 3 }, 5, heard)).toMatchObject({
      tone: 'bad',
      sentence: '1 of 1 group complete, 3 unaccounted, 5 lost upstream.',
    })
  })
})

describe('instants', () => {
  test('belong to the month of the exchange’s zone, not of UTC', () => {
    expect(monthOf(Date.parse('2026-03-01T05:59:59Z'), 'America/Chicago')).toBe('2026-02')
    expect(monthOf(Date.parse('2026-03-01T06:00:00Z'), 'America/Chicago')).toBe('2026-03')
    expect(monthOf(Date.parse('2026-11-01T04:59:59Z'), 'America/Chicago')).toBe('2026-10') // still summer time
  })
  test('give ages and counts as the pages write them', () => {
    expect([writeAge(4_000), writeAge(125_000), writeAge(7_200_000), writeAge(-5)]).toEqual([
      '4 s',
      '2 min',
      '2 h',
      '0 s',
    ])
    expect(writeCount(1234567)).toBe('1,234,567')
  })
})
