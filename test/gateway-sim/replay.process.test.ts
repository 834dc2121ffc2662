import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { framed, newOrder } from '#test/dropcopy/vectors.ts'
import { FeedEnd } from '#test/gateway-sim/feed-end.ts'
import { dropCopyIn } from '#test/support/drop-copy.ts'

const dir = mkdtempSync(join(tmpdir(), 'replay-test-'))
const ends: FeedEnd[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) await end.stop()
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const message = (seqNum: number, text: string) =>
  framed(`35=8|34=${seqNum}|52=20240304-13:00:01.101|49=CME|50=G|56=K7T882N|57=TRDR22|${newOrder}58=${text}|`).toString(
    'latin1',
  )

/** `drop-copy gateway-sim --replay` of a file with this content, and the connector's end of its feed. */
async function replay(content: string | Buffer, ...more: string[]) {
  writeFileSync(join(dir, 'day.log'), content)
  const end = await FeedEnd.listen('encapsulated')
  ends.push(end)
  const where = ['--connect', `127.0.0.1:${end.port}`, '--sources', 'K7T882']
  return { end, run: dropCopyIn(dir, 'gateway-sim', ...where, '--replay', 'day.log', '--fast', ...more) }
}

describe('drop-copy gateway-sim --replay', () => {
  test('sends what it can read of a UTF-16 log, and says what not, with its lines', async () => {
    const log = [
      '# captured',
      `13:00:01 IN ${message(1, 'a').replaceAll('\x01', '^A')}`,
      message(2, 'two\nlines').replaceAll('\x01', ' | '),
      message(3, 'c').slice(0, -30),
      message(4, 'd') + message(5, 'e'),
      message(6, 'f').replace('K7T882N', 'X1X882N'),
    ]
    const { end, run } = await replay(Buffer.from(log.join('\r\n'), 'utf16le'), '--exit')
    expect(await run.ended, run.err).toBe(0)
    expect(end.received.map(({ seqNum }) => seqNum)).toEqual([1, 2, 4, 5])
    expect(run.err.split('\n')).toEqual([
      'GW1: 1 message of the log could not be read: line 5: cut off before its CheckSum (10)',
      'GW1: 1 line of the log holds no message: 1',
      'GW1: 1 message of the log not sent: of another source',
      '',
    ])
  })

  test.each([
    ['without a message', 'nothing\n', /1 line of the log holds no message: 1$/m],
    ['that is empty', '', /^/],
    ['of messages that are cut off', `${message(1, 'a').slice(0, -20)}\n`, /line 1: cut off/],
    ['of another source', message(1, 'a').replace('K7T882N', 'X1X882N'), /1 message .* of another source/],
    ['that breaks off', gzipSync(message(1, 'a')).subarray(0, 40), /day.log cannot be read: unexpected end of file/],
  ])('ends with exit code 1 after a log %s', async (_, content, said) => {
    const { end, run } = await replay(content)
    expect(await run.ended).toBe(1)
    expect(run.err).toMatch(said)
    expect(run.err).toMatch(/nothing of day\.log was sent$/m)
    expect(end.received).toEqual([])
  })

  test('goes on with a state file, and says what an earlier run has taken', async () => {
    const log = message(1, 'a') + message(2, 'b')
    const first = await replay(log, '--exit', '--state', 'sent')
    expect(await first.run.ended).toBe(0)
    await first.end.stop()
    const again = await replay(log, '--exit', '--state', 'sent')
    expect(await again.run.ended).toBe(0)
    expect(again.run.err).toMatch(/2 messages of the log not sent: an earlier run with this state file has taken them/)
  })
})
