import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { LogCutter } from '#gateway-sim/log-cutter.ts'
import { LogProblems } from '#gateway-sim/log-problems.ts'
import { readLog, readMessage } from '#gateway-sim/replay.ts'
import { framed, newOrder, readable, sources } from '#test/dropcopy/vectors.ts'

const dir = mkdtempSync(join(tmpdir(), 'replay-test-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const path = join(dir, 'day.log')
/** The messages of a log, with bars, and what is said of the rest. */
async function read(content: string | Buffer): Promise<{ messages: string[]; said: string[] }> {
  writeFileSync(path, typeof content === 'string' ? Buffer.from(content, 'latin1') : content)
  const problems = new LogProblems()
  const messages: string[] = []
  for await (const { bytes } of readLog(path, problems)) messages.push(readable(bytes))
  return { messages, said: problems.sentences() }
}

const body = (seqNum: number, text: string) =>
  `35=8|34=${seqNum}|52=20240304-13:00:01.101|49=CME|50=G|56=K7T882N|57=TRDR22|${newOrder}58=${text}|`
const message = (seqNum: number, text = 'a b') => framed(body(seqNum, text)).toString('latin1')
const [one, two, three] = [message(1), message(2), message(3)]
const bars = (text: string) => text.replaceAll('\x01', '|')
const all = { messages: [one, two, three].map(bars), said: [] }
const written = (separator: string) => [one, two, three].map((text) => text.replaceAll('\x01', () => separator))

describe('the messages of a log', () => {
  test.each([
    '\x01',
    '|',
    ' | ',
    ';',
    '; ',
    '\t',
    ' ',
    ',',
    '~',
    '^A',
    ' ^A ',
    '<SOH>',
    '[SOH]',
    '<01>',
    '\\x01',
    '\\u0001',
    '\\001',
    '%01',
    '&#1;',
    '\xe2\x90\x81', // U+2401, the picture of SOH, in UTF-8
    '\n',
    '\r\n',
  ])('are read with %j between fields', async (separator) => {
    expect(await read(written(separator).join('\n'))).toEqual(all)
    expect(await read(written(separator).join('\r\n'))).toEqual(all)
    if (separator === '\r\n') return // the last one of a line is a part of what is between lines
    expect(await read(written(separator).join(''))).toEqual(all)
  })

  test.each([
    ['a time and a level', (text: string) => `2024-03-04 13:00:01,101 INFO  [main] ${text}`],
    ['a session and an arrow', (text: string) => `13:00:01 FIX.4.2:CME->K7T882N <-- ${text}`],
    ['an arrow close by', (text: string) => `13:00:01 ->${text}`],
    ['a name', (text: string) => `level=info msg=${text} took=3ms`],
    ['JSON', (text: string) => JSON.stringify({ at: 1, fix: { raw: `in ${text}` } })],
    ['CSV', (text: string) => `2024-03-04,IN,"${text}",ok`],
    ['nothing, and words behind', (text: string) => `${text} (processed 58=FIX in 3 ms)`],
  ])('are read in lines with %s', async (_, line) => {
    for (const separator of ['\x01', '|', '^A', ';'])
      expect(await read(written(separator).map(line).join('\n'))).toEqual(all)
  })

  test('are read from UTF-16 of both orders, with a mark and without, from UTF-8 with a mark, and from gzip', async () => {
    const text = written('|').join('\r\n')
    const little = Buffer.from(text, 'utf16le')
    const big = Buffer.from(little).swap16()
    const marked = Buffer.from(`\ufeff${text}`, 'utf16le')
    for (const file of [
      little,
      big,
      marked,
      Buffer.from(marked).swap16(),
      Buffer.from(`\ufeff${text}`),
      gzipSync(little),
    ])
      expect(await read(file)).toEqual(all)
  })

  test('keep a text with new lines, quotes and the separator in it', async () => {
    const texts = ['first\nsecond\r\n\nthird', 'so "they" said', 'a;b, c', 'back\\slash', '58=FIX.4.2', 'see 8=FIX.4.2']
    for (const text of texts) {
      const whole = message(2, text)
      const expected = { messages: [one, whole, three].map(bars), said: [] }
      expect(await read([one, whole, three].join('\n'))).toEqual(expected)
      expect(await read(bars([one, whole, three].join('\n')))).toEqual(expected)
      expect(await read([one, whole, three].map((raw) => JSON.stringify({ raw })).join('\n'))).toEqual(expected)
      const csv = [one, whole, three].map((raw) => `x,"${raw.replaceAll('"', '""')}"`)
      expect(await read(csv.join('\n'))).toEqual(expected)
    }
  })

  test('keep a bar in a text between bars', async () => {
    const barred = message(2, 'a#b').replace('a#b', 'a|b')
    const expected = bars(barred).replace(
      /10=\d+/,
      `10=${String((Number(barred.slice(-4, -1)) + 89) & 255).padStart(3, '0')}`,
    )
    expect(await read(bars([one, barred, three].join('\n')))).toEqual({
      messages: [bars(one), expected, bars(three)],
      said: [],
    })
  })

  test('are told apart without anything between them', async () => {
    expect(
      await read(
        written('|')
          .map((text) => text.slice(0, -1))
          .join(''),
      ),
    ).toEqual(all)
  })

  test('with a whole message in a data field are one', async () => {
    const data = `<RTRF>${one}</RTRF>`
    const outer = framed(`35=n|34=7|49=GW1|56=DROPCOPY|52=20240304-13:00:01.101|212=${data.length}|213=${data}|`)
    const expected = { messages: [readable(outer), bars(two)], said: [] }
    expect(await read(outer.toString('latin1') + two)).toEqual(expected)
    expect(await read(`${readable(outer)}\n${bars(two)}`)).toEqual(expected)
    const untrue = readable(outer).replace(/^8=FIX.4.2\|9=\d+/, '8=FIX.4.2|9=1')
    expect(await read(`${untrue}${bars(two)}`)).toEqual(expected)
  })

  test('are told apart though their lengths and checksums are not true', async () => {
    const untrue = written('|').map((text) => text.replace(/\|9=\d+\|/, '|9=1|').replace(/10=\d+/, '10=0'))
    expect(await read(untrue.join(''))).toEqual(all)
    expect(await read(untrue.join(' -> '))).toEqual(all)
  })
})

describe('what cannot be read', () => {
  test('is said with its lines, and nothing behind it is lost', async () => {
    const lines = [
      '# captured',
      bars(one),
      bars(two).slice(0, -40),
      'session started',
      '',
      bars(two),
      bars(two).replace('|34=2|', '|'),
      '8=FIX.4.2 and no more',
      bars(two).replace('8=FIX.4.2|', ''),
      bars(message(2, 'two\nlines')),
      three.replace('\x0158=', '\x01x58='),
      bars(three),
    ]
    const { messages, said } = await read(lines.join('\n'))
    expect(messages).toEqual([bars(one), bars(two), bars(message(2, 'two\nlines')), bars(three)])
    expect(said).toEqual([
      '5 messages of the log could not be read: line 3: cut off before its CheckSum (10); line 7: no MsgSeqNum (34); line 8: nothing separates the fields; line 9: no BeginString (8=FIX…); line 12: a field without a tag',
      '2 lines of the log hold no message: 1, 4',
    ])
  })

  test('is counted when it is much, and only its beginning is listed', async () => {
    const { said } = await read(`${Array.from({ length: 50 }, () => '8=FIX.4.2|9=5|35=8|broken|\n#').join('\n')}\n`)
    expect(said[0]).toMatch(/^50 messages of the log could not be read: line 1: .*; line 39: [^;]* and 30 more$/)
    expect(said[1]).toMatch(/^50 lines of the log hold no message: 2, 4, .*, 40 and 30 more$/)
  })

  test('is a message longer than a feed takes', async () => {
    const { messages, said } = await read(`${message(1, 'x'.repeat(65_536))}\n${two}`)
    expect(messages).toEqual([bars(two)])
    expect(said).toEqual(['1 message of the log could not be read: line 1: longer than 65024 bytes'])
  })

  test('is a file that breaks off in the middle of its gzip', async () => {
    await expect(read(gzipSync(written('|').join('\n').repeat(500)).subarray(0, 200))).rejects.toThrow(/end of file/)
  })
})

test('however a log comes in pieces, the same messages and lines are found', () => {
  const log = [
    '# a comment',
    ...written('^A'),
    `${one}${two}`,
    bars(message(2, 'two\nlines')),
    bars(one).slice(0, 80),
    JSON.stringify({ raw: three }),
  ].join('\n')
  const found = (pieces: string[]) => {
    const problems = new LogProblems()
    const cutter = new LogCutter(problems)
    return [
      ...pieces.flatMap((piece) => [...cutter.push(piece, false)]),
      ...cutter.push('', true),
      ...problems.sentences(),
    ]
  }
  const whole = found([log])
  expect(whole).toHaveLength(9)
  fc.assert(
    fc.property(fc.array(fc.nat(log.length), { maxLength: 40 }), (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), log.length]
      expect(found(at.slice(1).map((end, i) => log.slice(at[i], end)))).toEqual(whole)
    }),
  )
  expect(found([...log])).toEqual(whole)
})

describe('a message of a log', () => {
  test('is taken as it stands when its length and checksum are true', () => {
    const read = readMessage(sources.newOrder.toString('latin1'))
    if (typeof read === 'string') throw new Error(read)
    expect(read.bytes.equals(sources.newOrder)).toBe(true)
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
    expect(read.body.replaceAll('\x01', '|')).toMatch(/^1=ACCT0091\|.*\|9717=CL000001\|$/)
  })
  test('is sent whatever is wrong with a field that nobody needs', () => {
    expect(readMessage(framed(body(1, '')).toString('latin1'))).toMatchObject({ seqNum: 1 })
  })
  test('of the session itself is known as such', () => {
    const heartbeat = framed('35=0|34=7|49=CME|56=K7T882N|52=20240304-13:00:00.000|').toString('latin1')
    expect(readMessage(heartbeat)).toMatchObject({ administrative: true })
  })
})
