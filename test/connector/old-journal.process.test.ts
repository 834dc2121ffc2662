import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { client, gateway, password, snapshot, start, target, temporaryDirectory } from '#test/support/connector.ts'
import { fieldOf } from '#test/support/fix-peer.ts'
import { envelop, sourceFill } from '#test/support/source-flow.ts'

const segmentBytes = 1024 * 1024
let crc = 0
let number = 0

const u16 = (value: number) => Buffer.from(Uint16Array.of(value).buffer)
const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer)
const f64 = (value: number) => Buffer.from(Float64Array.of(value).buffer)

/** A batch as every release so far has written it: by hand, so that a change of the code changes nothing here. */
function batch(records: Buffer[], magic = '\xdcCJ1'): Buffer {
  number++
  const body = Buffer.concat([u32(crc), f64(number), f64(Date.now()), ...records])
  const padded = Buffer.concat([body, Buffer.alloc(-(12 + body.length) & 7)])
  crc = crc32(padded)
  const head = Buffer.concat([Buffer.from(magic, 'latin1'), u32(12 + padded.length + 8), u32(crc)])
  return Buffer.concat([head, padded, Buffer.from('\xfeJE1', 'latin1'), u32(number)])
}

const controlKinds = ['start', 'name', 'cut', 'logon', 'logoff', 'counting', 'numbers', 'week']
const text = (type: number, kind: number, value: string) =>
  Buffer.concat([Buffer.from([type, kind, 0, 0]), u32(Buffer.byteLength(value)), Buffer.from(value)])
const head = (state: object) => text(6, 0, JSON.stringify(state))
const control = (value: { kind: string } & Record<string, unknown>) =>
  text(5, controlKinds.indexOf(value.kind), JSON.stringify(value))
const used = (session: number, epoch: number, value: number, msgType: string) =>
  Buffer.concat([Buffer.from([3, msgType.charCodeAt(0)]), u16(session), u32(value), u16(epoch), u16(0)])
const inbound = (session: number, next: number) => Buffer.concat([Buffer.from([4, 0]), u16(session), u32(next)])

/**
 * Of a connector that ran before journals had a lineage: one target that has used six numbers, one feed that expects 4.
 */
function oldJournal(more: Buffer[] = []): string {
  crc = number = 0
  const terms = { level: 'all', filters: {}, sources: [1], revoked: [], queueDepth: 'all', queueGraceS: 0 }
  const state = { run: 0, week: '', weeks: [], kept: 0, version: -1, digest: '', streams: {}, feeds: {}, targets: {} }
  const batches = [
    batch([head(state)]),
    batch([
      control({ kind: 'start' }),
      control({ kind: 'name', what: 'stream', id: 1, name: 'K7T882' }),
      control({ kind: 'name', what: 'feed', id: 1, name: 'gw1' }),
      control({ kind: 'name', what: 'target', id: 2, name: 'ODQ1Z9' }),
      control({ kind: 'cut', version: 0, digest: 'old', targets: [{ id: 2, terms }], gone: [] }),
      control({ kind: 'week', week: '2020-01-05' }),
    ]),
    batch([control({ kind: 'logon', session: 2 }), used(2, 1, 1, 'A'), used(2, 1, 2, '1'), inbound(1, 4)]),
    batch([used(2, 1, 6, '0'), used(1, 1, 3, '0')]),
    ...more,
  ]
  const data = temporaryDirectory()
  const directory = join(data, 'journal')
  mkdirSync(directory)
  const file = Buffer.alloc(segmentBytes)
  Buffer.concat(batches).copy(file)
  writeFileSync(join(directory, `${'0'.repeat(16)}.segment`), file)
  return data
}

const document = snapshot({
  targets: [target({ sources: ['K7T882'] })],
  sources: [{ id: 'K7T882', feed: 'gw1', gateway: 'cgw' }],
})
// a week that never turns: what is looked at are the numbers of the old one
const week = { zone: 'UTC', day: 'sunday', time: '00:00' } as const
const wallMs = Date.UTC(2020, 0, 7)
const clock = { wallMs: () => wallMs, steadyMs: () => Math.floor(wallMs + performance.now()) }
const begin = (data: string) => start({ ...document, week }, data, { clock, segmentBytes })

describe('a journal written before journals had a lineage', () => {
  test('is read, goes on with the numbers it has, and gets a lineage that it keeps', async () => {
    const data = oldJournal()
    const first = await begin(data)
    const { lineage, term } = first.worker.core.state.data
    expect(lineage).toMatch(/^[0-9a-f-]{36}$/)
    expect(term).toBe(1)
    expect(first.worker.core.state.data.targets[2]).toMatchObject({ name: 'ODQ1Z9', epoch: 1, nextOut: 7 })
    expect(first.worker.core.state.data.feeds[1]).toMatchObject({ name: 'gw1', epoch: 1, nextIn: 4, nextOut: 4 })
    const peer = await client(first.targetPort)
    peer.logon(password())
    expect((await peer.message('A')).seqNum).toBe(7)
    const gw = await gateway(first.feedPort)
    gw.seqNum = 4
    gw.logon()
    expect((await gw.message('A')).seqNum).toBe(4)
    envelop(gw, sourceFill('K7T882', 1))
    expect(fieldOf(await peer.message('8'), 34)).toBe('9')
    await first.stop()
    const second = await begin(data)
    expect(second.worker.core.state.data).toMatchObject({ lineage, term: 2 })
  })
})

describe('a journal written before journals named a shard', () => {
  const led = () => batch([text(5, 17, JSON.stringify({ kind: 'lead', lineage: 'of then', term: 3, place: '1.1' }))])
  test.each([
    ['nobody led in terms', () => []],
    ['its leader named none', () => [led()]],
  ])('is that of shard main, and of no other, where %s', async (_what, last) => {
    oldJournal() // counts the batches before
    const data = oldJournal(last())
    await expect(start({ ...document, week, shard: 'b' }, data, { clock, segmentBytes })).rejects.toThrow(
      `${data}: the journal is that of shard main, and this connector is to lead shard b`,
    )
    const connector = await begin(data)
    expect(connector.worker.core.state.data).toMatchObject({ shard: 'main', targets: { 2: { nextOut: 7 } } })
  })
})

describe('a journal that a newer release has written', () => {
  const sentence = /, which this release does not know: run the release that wrote it, or a newer one\.$/
  const wrongLevel = { level: 'some', filters: {}, sources: [1], revoked: [], queueDepth: 'all', queueGraceS: 0 }
  test.each([
    ['a control record', () => batch([text(5, 200, '{"kind":"split"}')])],
    ['a control record under a known number', () => batch([text(5, 0, '{"kind":"split"}')])],
    [
      'a level',
      () =>
        batch([control({ kind: 'cut', version: 1, digest: 'x', targets: [{ id: 2, terms: wrongLevel }], gone: [] })]),
    ],
    ['a kind of record', () => batch([text(9, 0, 'what')])],
    ['a format', () => batch([control({ kind: 'start' })], '\xdcCJ2')],
  ])('ends the start with one sentence where it holds %s that is not known', async (_what, last) => {
    oldJournal() // counts the batches before
    const more = last()
    const data = oldJournal([more])
    await expect(begin(data)).rejects.toThrow(sentence)
    await expect(begin(data)).rejects.toThrow(sentence) // nothing was cut
  })
  test('is told from one whose magic a flipped bit has changed', async () => {
    oldJournal()
    const data = oldJournal([batch([control({ kind: 'start' })], '\xdcCJ3')])
    const connector = await begin(data)
    expect(connector.worker.core.journal.recovery.tail).toBe('suspect')
  })
})
