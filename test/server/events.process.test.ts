import { createServer, type Server } from 'node:http'
import express from 'express'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ReaderGone, type Reading } from '#app/http/channel.server.ts'
import type { SignedInUser } from '#app/http/context.ts'
import { type Events, openEvents, streamLimits } from '#app/http/events.server.ts'
import { type Fields, markOf, readShown } from '#domain/live/shown.ts'
import { until } from '#test/support/app.ts'

const person = (userId: string): SignedInUser => ({
  kind: 'person',
  userId,
  name: userId,
  email: `${userId}@alder.example`,
  firmId: 'alder',
  firmName: 'Alder Trading',
  isExchange: false,
  standings: ['viewer'],
  sessionId: `session of ${userId}`,
})

/** A view that takes a moment to read, as a query does. */
async function read(reader: SignedInUser): Promise<Reading> {
  reads++
  readers.push(reader.userId)
  if (gone.has(reader.userId)) throw new ReaderGone()
  readingNow++
  mostAtOnce = Math.max(mostAtOnce, readingNow)
  await new Promise((resolve) => setTimeout(resolve, 10))
  readingNow--
  await hung
  return { shown, heardAt }
}

/** The streams behind a listener of their own, with a view that the test changes; who asks is said by a header. */
let shown: Fields | undefined
let heardAt: Date | null
let reads: number
/** Who the view was read as, and who is nobody to the database. */
let readers: string[]
let gone: Set<string>
let readingNow = 0
let mostAtOnce: number
/** A question that the database took and does not answer. */
let hung: Promise<void> | undefined
let rights: (user: SignedInUser) => SignedInUser | undefined
let events: Events
let server: Server
let url: string
beforeEach(async () => {
  shown = { copies: 1 }
  heardAt = null
  reads = 0
  readers = []
  gone = new Set()
  mostAtOnce = 0
  hung = undefined
  rights = (user) => user
  events = openEvents({
    viewOf: (path, user) =>
      path === '/status'
        ? { key: 'status', permission: 'status:read', read }
        : path === '/people'
          ? { key: `people ${user.userId}`, permission: 'people:write', read: async () => ({ shown }) }
          : undefined,
    recheck: async (users) => users.map(rights),
    log: pino({ level: 'silent' }),
    snapshotMs: 20,
    recheckMs: 50,
    aliveMs: 200,
    build: 'b1',
  })
  const app = express()
  app.use((request, response, next) => {
    const name = request.get('X-Person')
    response.locals.user = name && person(name)
    next()
  }, events.handler)
  server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
})
afterEach(async () => {
  events.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await until('the last reading is over', () => readingNow === 0)
})

const ask = (name: string, path = '/status', headers: Record<string, string> = {}) =>
  fetch(url + path, { headers: { 'X-Person': name, ...headers } })

/** Everything a stream has said, growing as it speaks. */
async function listen(name: string, headers: Record<string, string> = {}) {
  const response = await ask(name, '/status', headers)
  const heard = { text: '', ended: false, stop: () => reader.cancel() }
  const reader = response.body!.getReader() // a stream of events has a body
  void (async () => {
    for (;;) {
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }))
      if (done) break
      heard.text += new TextDecoder().decode(value)
    }
    heard.ended = true
  })()
  return heard
}
/** What a stream has shown, event by event. */
const shownIn = (text: string) =>
  [...text.matchAll(/^event: shown\ndata: (.*)$/gm)].map(([, data = '']) => readShown(data))
const changes = (text: string) => shownIn(text).length

describe('a stream', () => {
  test('sends a page the fields that differ from what the page shows, and then what changes in them', async () => {
    shown = { status: { copies: 1, groups: [{ id: 'a', waiting: 0 }] }, steps: [] }
    const heard = await listen('ana', { 'X-Shown-Marks': `status=${markOf({ copies: 0 })},steps=${markOf([])}` })
    await until('it is sent what it lacks', () => changes(heard.text) === 1)
    const marks = { status: markOf(shown.status), steps: markOf([]) }
    expect(shownIn(heard.text)).toEqual([{ whole: { status: shown.status }, marks }])
    const readsThen = reads
    await until('it was read again without a change', () => reads > readsThen + 3)
    expect(changes(heard.text)).toBe(1)
    const status = { copies: 1, groups: [{ id: 'a', waiting: 7 }] }
    shown = { status, steps: [] }
    await until('the change is sent', () => changes(heard.text) === 2)
    expect(shownIn(heard.text)[1]).toEqual({
      patch: { status: { fields: { groups: { by: 'id', rows: { a: { fields: { waiting: { is: 7 } } } } } } } },
      marks: { status: markOf(status) },
    })
  })
  test('tells a page that shows what it does not say nothing but that something changed', async () => {
    const heard = await listen('ana')
    await until('it has begun', () => changes(heard.text) === 1)
    expect(shownIn(heard.text)).toEqual([{ whole: {}, marks: { copies: markOf(1) } }])
  })
  test('sends a page that has everything nothing but the marks, by which it knows', async () => {
    const heard = await listen('ana', { 'X-Shown-Marks': `copies=${markOf(1)}` })
    await until('it has begun', () => changes(heard.text) === 1)
    expect(shownIn(heard.text)).toEqual([{ whole: {}, marks: { copies: markOf(1) } }])
  })
  test('has a page read itself when the view is there no more, and when it is there again', async () => {
    const heard = await listen('ana')
    await until('it has begun', () => changes(heard.text) === 1)
    shown = undefined
    const told = () => heard.text.match(/^event: changed$/gm)?.length ?? 0
    await until('it is told', () => told() === 1)
    shown = { copies: 1 }
    await until('it is told again', () => told() === 2)
  })
  test('tells when the connector reported, and has nothing read again for it', async () => {
    const heard = await listen('ana')
    await until('the first snapshot is announced', () => changes(heard.text) === 1)
    heardAt = new Date(1_000)
    await until('the report is told', () => heard.text.includes('event: heard\ndata: 1000'))
    heardAt = new Date(2_000)
    await until('the next one is told', () => heard.text.includes('event: heard\ndata: 2000'))
    expect(changes(heard.text)).toBe(1)
  })
  test('says which build is served, and goes on saying that it is alive, by events, which the page can see', async () => {
    const heard = await listen('ana')
    await until('it was alive twice', () => (heard.text.match(/^event: alive$/gm)?.length ?? 0) >= 2)
    expect(heard.text).toMatch(/^event: build\ndata: b1\n\nevent: alive\ndata: \d+\n/)
  })
  test('ends with signed-out when the session has ended', async () => {
    const heard = await listen('ana')
    rights = () => undefined
    await until('it has ended', () => heard.ended)
    expect(heard.text).toContain('event: signed-out')
    expect(events.isWatching('session of ana')).toBe(false)
  })
  test('ends as well when what the person may do has changed', async () => {
    const heard = await listen('ana')
    rights = (user) => ({ ...user, standings: ['viewer', 'requester'] })
    await until('it has ended', () => heard.ended)
    expect(heard.text).toContain('event: signed-out')
  })
  test('outlives a view that cannot be read for a while', async () => {
    const heard = await listen('ana')
    await until('it speaks', () => changes(heard.text) === 1)
    shown = { cannot: new Map() }
    await until('readers are told, who would take the page for true', () => heard.text.includes('event: unread'))
    const alive = () => heard.text.match(/^event: alive$/gm)?.length ?? 0
    const [readsThen, aliveThen] = [reads, alive()]
    await until('reading failed a few times', () => reads > readsThen + 3)
    expect(alive()).toBe(aliveThen)
    const late = await listen('ben')
    await until('so is who comes meanwhile', () => late.text.includes('event: unread'))
    shown = { copies: 3 }
    await until('the change is announced', () => changes(heard.text) === 2)
  })
  test('tells readers when the view is not read any more, though nothing fails', async () => {
    const heard = await listen('ana')
    await until('it speaks', () => changes(heard.text) === 1)
    let answer = () => {}
    hung = new Promise((resolve) => {
      answer = resolve
    })
    await until('readers are told', () => heard.text.includes('event: unread'))
    answer()
    hung = undefined
    heard.text = ''
    await until('it is alive again', () => heard.text.includes('event: alive'))
  })
})

describe('streams', () => {
  test('of one view go on when the person as whom it was read is nobody any more', async () => {
    const first = await listen('ana')
    await until('it is read as ana', () => changes(first.text) === 1)
    const second = await listen('ben')
    await until('ben has begun', () => changes(second.text) === 1)
    rights = (user) => (user.userId === 'ana' ? undefined : user)
    gone.add('ana')
    await until('her stream has ended', () => first.ended)
    shown = { copies: 2 }
    await until('ben is sent the change', () => changes(second.text) === 2)
    expect(readers.at(-1)).toBe('ben')
    expect(changes(first.text)).toBe(1)
  })
  test('of one view are read once for all who watch, and not at all when nobody does', async () => {
    const all = await Promise.all(['ana', 'ben', 'cleo'].map((name) => listen(name)))
    await until('all were told', () => all.every((heard) => changes(heard.text) === 1))
    const passes = reads
    await until('it was read some more', () => reads > passes + 5)
    expect(mostAtOnce).toBe(1)
    for (const heard of all) await heard.stop()
    await until('nobody watches', () =>
      ['ana', 'ben', 'cleo'].every((name) => !events.isWatching(`session of ${name}`)),
    )
    const readsThen = reads
    await listen('dan')
    await until('it is read again for the next one', () => reads > readsThen)
  })
  test('of one person are limited, and one that closes makes room', async () => {
    const mine = await Promise.all(Array.from({ length: streamLimits.person }, () => listen('ana')))
    expect((await ask('ana')).status).toBe(429)
    const other = await ask('ben')
    expect(other.status).toBe(200)
    await other.body?.cancel()
    await mine[0]?.stop()
    await until('there is room', async () => {
      const again = await ask('ana')
      await again.body?.cancel()
      return again.status === 200
    })
  })
  test.each([
    ['nobody', '', '/status', 401],
    ['a person without the permission', 'ana', '/people', 403],
    ['a path that is no view', 'ana', '/nothing', 404],
  ])('for %s are refused', async (_title, name, path, status) => {
    expect((await ask(name, path)).status).toBe(status)
  })
})
