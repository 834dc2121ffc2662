import { describe, expect, test } from 'vitest'
import { RefusedLogons } from '#connector/wire/refused-logons.ts'

const logon = (more: Partial<Parameters<RefusedLogons['add']>[0]> = {}) => ({
  kind: 'target' as const,
  id: 'ODQ1Z9',
  claimed: 'ODQ1Z9N',
  address: '192.0.2.1',
  code: 'credentials',
  says: 'Invalid logon.',
  ...more,
})

describe('a list of refused Logons', () => {
  test('has the same one once a minute, with the number of those in between', () => {
    const list = new RefusedLogons()
    expect([0, 1_000, 59_999, 60_000, 61_000].map((at) => list.add(logon(), at))).toEqual([
      true,
      false,
      false,
      true,
      false,
    ])
    expect(list.newest.map(({ says }) => says)).toEqual([
      'Invalid logon.',
      'Invalid logon. 2 more were refused since the last one.',
    ])
    expect(list.count).toBe(5)
  })

  test('has another reason, address or name at once', () => {
    const list = new RefusedLogons()
    list.add(logon(), 0)
    for (const more of [{ code: 'second-logon' }, { address: '192.0.2.2' }, { claimed: 'ODQ1Z9X' }])
      expect(list.add(logon(more), 1)).toBe(true)
  })

  test('is not flooded by whoever names a new stranger every time, and says how many there were', () => {
    const list = new RefusedLogons()
    const knock = (i: number, at: number) => list.add(logon({ id: undefined, claimed: `N${i}` }), at)
    for (let i = 0; i < 5_000; i++) knock(i, 1_000_000 + i)
    expect(list.newest).toHaveLength(30)
    expect(list.add(logon(), 1_005_000)).toBe(true)
    knock(5_000, 1_070_000)
    expect(list.newest.at(-1)!.says).toBe('Invalid logon. 4970 more were refused since the last one.')
  })

  test('keeps the newest 200 until they are written down, and cuts what a stranger wrote', () => {
    const list = new RefusedLogons()
    for (let i = 0; i < 300; i++) list.add(logon({ id: `T${i}`, claimed: 'x'.repeat(9_000) }), i)
    expect(list.newest).toHaveLength(200)
    expect(list.newest[0]).toMatchObject({ id: 'T100', claimed: 'x'.repeat(64) })
    const { end } = list
    for (let i = 300; i < 310; i++) list.add(logon({ id: `T${i}` }), i) // while those are being written
    list.dropBefore(end)
    expect(list.newest.map(({ id }) => id)).toEqual(Array.from({ length: 10 }, (_, i) => `T${300 + i}`))
  })
})
