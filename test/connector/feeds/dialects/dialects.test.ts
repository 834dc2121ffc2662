import { describe, expect, test } from 'vitest'
import { EncapsulatedDialect } from '#connector/feeds/dialects/encapsulated.ts'
import { PlainDialect } from '#connector/feeds/dialects/plain.ts'
import { parseSnapshot, type SnapshotFeed } from '#domain/configuration/snapshot.ts'
import { blankCanonical } from '#dropcopy/canonical.ts'
import { memoryOf } from '#fix/memory.ts'
import { decode, Message } from '#fix/message.ts'
import { enveloped, framed, readable, sources } from '#test/dropcopy/vectors.ts'
import { feed, snapshot } from '#test/support/connector.ts'

const message = (frame: Buffer): Message => {
  const made = new Message()
  decode(frame, made)
  return made
}
const configOf = (more: Parameters<typeof feed>[0]): SnapshotFeed => {
  const parsed = parseSnapshot(
    snapshot({ feeds: [feed(more)], sources: [{ id: 'K7T882', feed: 'gw1', gateway: 'cgw' }], targets: [] }),
  )
  if (!parsed.ok) throw new Error(parsed.error.problems.join('\n'))
  return parsed.value.feeds[0]!
}

describe('plain: each message of a feed is one of its only source', () => {
  const config = configOf({ dialect: 'plain', source: 'K7T882' })
  const room = memoryOf(Buffer.alloc(2_000))
  const dialect = new PlainDialect({ memory: room, messageRoom: () => 100 })
  dialect.configure({ compId: 'CME', subId: 'G' })
  const body = '35=8|34=7|49=GW2|56=DROPCOPY|52=20240304-13:00:00.000|1=A|39=2|150=2|9717=C|'

  test('which the configuration names, before a message is read and afterwards', () => {
    expect(dialect.sourceOf(config)).toBe('K7T882')
    const into = blankCanonical()
    expect(dialect.read(message(framed(body)), config, into)).toBeUndefined()
    expect(dialect.source).toBe('K7T882')
    expect(dialect.segment()).toBeUndefined()
    expect(into.seqNum).toBe(7)
  })
  test('written where the journal keeps it, under the names of the exchange', () => {
    const into = blankCanonical()
    dialect.read(message(framed(body)), config, into)
    expect(into.bytes).toBe(room.bytes)
    expect(into.start).toBeGreaterThanOrEqual(100)
    expect(readable(into.bytes.subarray(into.start, into.start + into.length))).toContain('|49=CME|50=G|56=K7T882N|')
    dialect.configure({ compId: 'XCH', subId: 'G' })
    dialect.read(message(framed(body)), config, into)
    expect(readable(into.bytes.subarray(into.start, into.start + into.length))).toContain('|49=XCH|50=G|56=K7T882N|')
  })
  test('and one that cannot be read is still known to be of this source', () => {
    expect(dialect.read(message(framed('35=8|34=7|49=GW2|56=DROPCOPY|1=A|')), config, blankCanonical())).toBe(
      'no-sending-time',
    )
    expect(dialect.source).toBe('K7T882')
  })
})

describe('encapsulated: each message of a feed holds one of the source that it names', () => {
  const config = configOf({ dialect: 'encapsulated' })
  const dialect = new EncapsulatedDialect()
  const damaged = Buffer.from(sources.newOrder.toString('latin1').replace('ACCT0091', 'ACCT0092'), 'latin1')

  test('with the number, the segment and the bytes of the source', () => {
    const into = blankCanonical()
    expect(dialect.sourceOf()).toBe('')
    expect(dialect.read(message(enveloped(sources.newOrder)), config, into)).toBeUndefined()
    expect(dialect.source).toBe('K7T882')
    expect(dialect.segment()).toBe('G')
    expect(dialect.lasting()).toBeUndefined()
    expect(into.seqNum).toBe(120)
    expect(readable(into.bytes.subarray(into.start, into.start + into.length))).toBe(readable(sources.newOrder))
  })
  test('also one that its source has sent again, of which it says what a resend leaves as it was', () => {
    const again = (sent: string) =>
      framed(
        `35=8|34=120|43=Y|52=${sent}|122=20240304-13:00:01.101|49=CME|50=G|56=K7T882N|57=TRDR22|1=ACCT0091|39=0|9717=C|`,
      )
    const lasting = ['20240304-13:05:00.000', '20240304-13:06:00.000'].map((sent) => {
      dialect.read(message(enveloped(again(sent))), config, blankCanonical())
      return dialect.lasting()
    })
    expect(lasting[0]).toBeTypeOf('number')
    expect(lasting[1]).toBe(lasting[0])
  })
  test.each([
    ['without an envelope', framed('35=8|34=3|49=GW1|56=DROPCOPY|52=20240304-13:00:01.103|1=A|'), 'no-envelope'],
    ['whose inner message is damaged', enveloped(damaged), 'inner-checksum'],
  ])('and one %s is of no source', (_name, frame, why) => {
    dialect.read(message(enveloped(sources.newOrder)), config, blankCanonical())
    expect(dialect.read(message(frame), config, blankCanonical())).toBe(why)
    expect(dialect.source).toBe('')
  })
})
