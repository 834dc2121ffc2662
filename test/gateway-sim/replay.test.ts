import { describe, expect, test } from 'vitest'
import { readLine } from '#gateway-sim/replay.ts'
import { readable, sources } from '#test/dropcopy/vectors.ts'

describe('a line of a log', () => {
  test('is taken as it stands when its length and checksum are true', () => {
    const read = readLine(sources.newOrder.toString('latin1'))
    expect(read?.bytes.equals(sources.newOrder)).toBe(true)
    expect(read).toMatchObject({
      sourceId: 'K7T882',
      msgType: '8',
      messageClass: 'new-order',
      seqNum: 120,
      lastProcessed: 118,
      operator: 'TRDR22',
      sentMs: Date.UTC(2024, 2, 4, 13, 0, 1, 101),
      administrative: false,
    })
    expect(read?.body.replaceAll('\x01', '|')).toMatch(/^1=ACCT0091\|.*\|9717=CL000001\|$/)
  })
  test('may have bars for SOH, a time in front, and a length and checksum that are not true', () => {
    const bars = readable(sources.newOrder)
      .replace(/\|9=\d+\|/, '|9=1|')
      .replace(/10=\d+/, '10=999')
    expect(readLine(`2024-03-04 13:00:01 IN  ${bars}`)?.bytes.equals(sources.newOrder)).toBe(true)
  })
  test('without a message is passed over', () => {
    expect(readLine('# a comment')).toBeUndefined()
    expect(readLine('8=FIX.4.2|9=5|35=8|broken|')).toBeUndefined()
  })
  test('of the session itself is known as such', () => {
    expect(readLine('8=FIX.4.2|9=0|35=0|34=7|49=CME|56=K7T882N|52=20240304-13:00:00.000|10=0|')?.administrative).toBe(
      true,
    )
  })
})
