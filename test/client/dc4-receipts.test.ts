import { describe, expect, test } from 'vitest'
import { copyAsJson, copyAsText, describeCopy } from '#client/describe-copy.ts'
import { dc4Reader } from '#client/read-copy.ts'
import { Receipts } from '#client/receipts.ts'
import { restore, stateOf } from '#client/state-file.ts'
import { decode, Message } from '#fix/message.ts'
import { framed, newOrder } from '#test/dropcopy/vectors.ts'

const decoded = (frame: Buffer) => {
  const message = new Message()
  decode(frame, message)
  return message
}
type Inside = { time?: string; requestTime?: string; body?: string }

/** A copy under target number `target` of K7T882's message `n`. */
function copy(target: number, n: number, inside: Inside = {}, flags = ''): Message {
  const {
    time = `20240304-13:00:0${n % 10}.000`,
    requestTime = `17095572000000000${n % 10}0`,
    body = newOrder,
  } = inside
  const source = framed(
    `35=8|34=${n}|369=1|52=${time}|49=CME|50=G|56=K7T882N|57=TRDR22|${body}${requestTime && `5979=${requestTime}|`}`,
  )
  const data = `<RTRF>${source.toString('latin1')}</RTRF>`
  const head = `35=n|34=${target}|369=1|52=20240304-13:00:09.000|${flags}49=CME|50=G|56=P4TGT1N|57=RISK01|143=US,IL|`
  return decoded(framed(`${head}212=${data.length}|213=${data}|`))
}
function taken(receipts: Receipts, ...messages: Message[]) {
  return messages.map((message) => {
    receipts.see(message)
    return receipts.take(message)?.link
  })
}
const possResend = '97=Y|'
const counts = (receipts: Receipts) => {
  const { last, live, doubled, renumbered, restarts, dropped } = receipts.source('K7T882')
  return { last, live: live.size, doubled, renumbered, restarts, dropped }
}
const clean = { doubled: 0, renumbered: 0, restarts: 0, dropped: 0 }

describe('receipts of a Drop Copy 4.0 target', () => {
  test('ask for no chain: source numbers may have holes', () => {
    const receipts = new Receipts(dc4Reader())
    expect(taken(receipts, copy(3, 1), copy(4, 5), copy(5, 6))).toEqual(['next', 'next', 'next'])
    expect(counts(receipts)).toEqual({ last: 6, live: 3, ...clean })
    expect(receipts.source('K7T882').holes).toEqual([])
  })
  test('take a message that reached the service late, and keep their place', () => {
    const receipts = new Receipts(dc4Reader())
    expect(taken(receipts, copy(3, 1), copy(4, 5), copy(5, 3))).toEqual(['next', 'next', 'aside'])
    expect(counts(receipts)).toEqual({ last: 5, live: 3, ...clean })
  })
  test('drop a possible resend of the same bytes, and one stamped anew with the same 5979', () => {
    const receipts = new Receipts(dc4Reader())
    const anew = { body: newOrder.replace('14=0', '14=1') }
    expect(taken(receipts, copy(3, 1), copy(4, 1, {}, possResend), copy(5, 1, anew, possResend))).toEqual([
      'next',
      'dropped',
      'dropped',
    ])
    expect(counts(receipts)).toEqual({ last: 1, live: 1, ...clean, dropped: 2 })
    expect(receipts.copies).toBe(1)
  })
  test('take a possible resend that never came, or is not provably the same', () => {
    const receipts = new Receipts(dc4Reader())
    const other = { requestTime: '1709557200000000077', body: newOrder.replace('14=0', '14=1') }
    expect(taken(receipts, copy(3, 1), copy(4, 2, {}, possResend), copy(5, 1, other, possResend))).toEqual([
      'next',
      'next',
      'duplicate',
    ])
    expect(counts(receipts)).toEqual({ last: 2, live: 2, ...clean, renumbered: 1 })
  })
  test('tell a copy that came under a second number without the flag', () => {
    const receipts = new Receipts(dc4Reader())
    taken(receipts, copy(3, 1), copy(4, 1))
    expect(counts(receipts)).toEqual({ last: 1, live: 1, ...clean, doubled: 1 })
  })
  test('begin a new account when a source that has passed a number sends it later than its newest message', () => {
    const receipts = new Receipts(dc4Reader())
    const later = { time: '20240304-14:00:00.000', requestTime: '1709560800000000000' }
    expect(taken(receipts, copy(3, 1), copy(4, 2), copy(5, 1, later))).toEqual(['next', 'next', 'start'])
    expect(counts(receipts)).toEqual({ last: 1, live: 1, ...clean, restarts: 1 })
    expect(receipts.source('K7T882').earlier).toBe(2)
  })
  test('know from a state file what came before, by number and the 5979 of the last', () => {
    const receipts = new Receipts(dc4Reader())
    taken(receipts, copy(3, 1), copy(4, 2))
    const again = new Receipts(dc4Reader())
    restore(JSON.parse(JSON.stringify(stateOf('P4TGT1', { nextIn: 5, nextOut: 2 }, receipts))), again)
    const later = { requestTime: '1709557200000000090' }
    expect(taken(again, copy(5, 1, {}, possResend), copy(6, 2, {}, possResend))).toEqual(['dropped', 'dropped'])
    expect(taken(again, copy(7, 2, later, possResend))).not.toEqual(['dropped'])
  })
  test('tell a target number that was given to another copy', () => {
    const receipts = new Receipts(dc4Reader())
    receipts.see(copy(3, 1))
    receipts.see(copy(3, 1, {}, '43=Y|'))
    expect(counts(receipts).renumbered).toBe(0)
    receipts.see(copy(3, 2, {}, '43=Y|'))
    expect(counts(receipts).renumbered).toBe(1)
  })
  test('know no copy in what is not encapsulated, or broken inside', () => {
    const receipts = new Receipts(dc4Reader())
    const broken = copy(3, 1)
    broken.bytes.write('9', broken.bytes.indexOf('37=700000001') + 3)
    expect(receipts.take(broken)).toBeUndefined()
    expect(receipts.take(decoded(framed(`35=8|34=4|49=CME|56=P4TGT1N|${newOrder}`)))).toBeUndefined()
  })
})

describe('a Drop Copy 4.0 copy for people', () => {
  const message = copy(4, 1, {}, `43=Y|${possResend}`)
  const facts = dc4Reader()(message)!
  test('is one line of what is inside', () => {
    expect(describeCopy(message, facts)).toBe(
      '13:00:09.000  #4  K7T882 1 resent possible resend  new order buy 5 CLM4 @ 7250 order 700000001 by TRDR22',
    )
  })
  test('is one JSON object with every field of the message inside', () => {
    const json = JSON.parse(copyAsJson(message, facts))
    expect(json).toMatchObject({ number: 4, source: 'K7T882', sourceNumber: 1, possResend: true, class: 'new-order' })
    expect(json.fields[2]).toEqual(['35', '8'])
  })
  test('is with --raw the whole envelope', () => {
    expect(copyAsText(message)).toMatch(/^8=FIX\.4\.2\|9=\d+\|35=n\|34=4\|.*\|213=<RTRF>8=FIX.*<\/RTRF>\|10=\d{3}\|$/)
  })
})
