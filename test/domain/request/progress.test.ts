import { describe, expect, test } from 'vitest'
import { progressLine } from '#domain/request/progress.ts'

const at = (minute: number) => new Date(Date.UTC(2026, 10, 22, 9, minute))

const xenon = { firmName: 'Xenon Clearing', capacity: 'guarantor', isMet: true, since: at(5) } as const
const birch = { firmName: 'Birch Clearing', capacity: 'guarantor', isMet: false, since: at(0) } as const
const harbor = { firmName: 'Harbor Exchange', capacity: 'exchange', isMet: false, since: at(0) } as const

type Facts = Parameters<typeof progressLine>[0]

const request: Facts = {
  state: 'with-firms',
  stateAt: at(0),
  stateBy: 'Avery Alder',
  round: 1,
  ownerName: 'Alder Trading',
  submittedBy: 'Avery Alder',
  submittedAt: at(0),
  parties: [harbor, xenon, birch],
  seesAll: true,
  publishedVersion: null,
  publishedAt: null,
  appliedAt: null,
  running: 0,
  parts: 0,
}
const line = (facts: Partial<Facts>) => progressLine({ ...request, ...facts })
const states = (facts: Partial<Facts>) => line(facts).map(({ id, state }) => `${id} ${state}`)
const step = (id: string, facts: Partial<Facts>) => line(facts).find((one) => one.id === id)

const published = { publishedVersion: 12, publishedAt: at(9) }

describe('the line of who must act', () => {
  test('has owner, clearing firms, exchange, publication and connector, in the order of acting', () => {
    expect(states({})).toEqual(['owner done', 'firms now', 'exchange ahead', 'published ahead', 'connector ahead'])
    expect(line({}).map(({ title }) => title)).toEqual([
      'Alder Trading',
      'Clearing firms',
      'Harbor Exchange',
      'Published',
      'Applied by the connector',
    ])
  })

  test.each([
    ['with-firms', {}, 'firms'],
    ['with-gam', {}, 'exchange'],
    ['scheduled', {}, 'published'],
    ['applying', published, 'connector'],
    ['returned', {}, 'owner'],
  ] as const)('has exactly one step whose turn it is: in %s, that of the %s', (state, facts, id) => {
    const now = line({ state, ...facts }).filter((one) => one.state === 'now')
    expect(now.map((one) => one.id)).toEqual([id])
  })

  test('is done from end to end when the request is applied, with the instants', () => {
    const facts = {
      state: 'applied',
      ...published,
      appliedAt: at(10),
      parties: [{ ...harbor, isMet: true, since: at(9) }],
    }
    const applied = line({ ...facts, state: 'applied' })
    expect(applied.every(({ state }) => state === 'done')).toBe(true)
    expect(applied.map((one) => one.at)).toEqual([at(0), at(9), at(9), at(10)])
  })

  test('counts the clearing firms that have agreed, for those who see all of them', () => {
    expect(step('firms', {})?.word).toBe('1 of 2 have agreed')
    expect(step('firms', { seesAll: false, parties: [xenon] })?.word).toBe('All that are asked must agree')
  })

  test('has no step of clearing firms where none is asked', () => {
    expect(states({ state: 'with-gam', parties: [harbor] })[1]).toBe('exchange now')
  })

  test('says since when a step waits', () => {
    expect(step('exchange', { state: 'with-gam', stateAt: at(7) })?.at).toEqual(at(7))
    expect(step('owner', { state: 'returned', stateAt: at(6) })).toMatchObject({ state: 'now', at: at(6) })
    expect(step('exchange', {})?.at).toBeNull()
  })

  test('says how many parts the connector runs, where the reader may know it', () => {
    expect(step('connector', { state: 'applying', ...published, running: 3, parts: 4 })?.word).toBe('3 of 4 parts run')
    expect(step('connector', { state: 'applying', ...published })?.word).toBe('Not all of it runs yet')
  })

  test('of a request that came to nothing leaves out what will never come, and says last how it ended', () => {
    expect(states({ state: 'withdrawn' })).toEqual(['owner done', 'firms unfinished', 'end end'])
    const agreed = [harbor, xenon, { ...birch, isMet: true }]
    expect(states({ state: 'rejected', parties: agreed })).toEqual(['owner done', 'firms done', 'end end'])
    expect(step('end', { state: 'expired', stateAt: at(30), stateBy: null })).toMatchObject({
      title: 'Expired',
      word: 'By the portal',
      at: at(30),
    })
  })

  test('of an undone publication says that it was published', () => {
    const parties = [xenon, { ...harbor, isMet: true }]
    expect(states({ state: 'failed', ...published, parties })).toEqual([
      'owner done',
      'firms done',
      'exchange done',
      'published done',
      'end end',
    ])
  })

  test('tells a clearing firm that has agreed nothing of the others when the request ends', () => {
    expect(step('firms', { state: 'withdrawn', seesAll: false, parties: [xenon] })?.word).not.toContain('have agreed')
  })
})
