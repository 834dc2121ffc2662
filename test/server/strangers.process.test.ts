import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { listenerLimits, openListener } from '#app/host/listener.ts'
import { bodyLimits } from '#app/http/guards.server.ts'
import { type FreshApp, startFreshApp, until } from '#test/support/app.ts'
import { keptLog } from '#test/support/connector.ts'
import { FormClient } from '#test/support/form-client.ts'

let fresh: FreshApp
beforeAll(async () => {
  fresh = await startFreshApp({ SANDBOX_TRAFFIC: '0' })
})
afterAll(() => fresh?.close())

/** A connection that says what it is told to say, and keeps what it hears. */
function dial(port = Number(new URL(fresh.app.url).port)) {
  const socket = connect({ port, host: '127.0.0.1' })
  const heard = { text: '', isClosed: false }
  const fromMs = performance.now()
  socket.setEncoding('latin1').on('data', (text: string) => {
    heard.text += text
  })
  socket.on('error', () => undefined)
  const closed = new Promise<number>((resolve) => {
    socket.once('close', () => {
      heard.isClosed = true
      resolve(performance.now() - fromMs)
    })
  })
  onTestFinished(() => void socket.destroy())
  const say = (bytes: string) => new Promise<void>((resolve) => socket.write(bytes, () => resolve()))
  return { say, heard, closed, status: () => Number(/^HTTP\/1\.1 (\d+)/.exec(heard.text)?.[1]) }
}

const head = (path: string, length: number, more = '') =>
  `POST ${path} HTTP/1.1\r\nHost: ${new URL(fresh.app.url).host}\r\nOrigin: ${fresh.app.url}\r\n${more}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${length}\r\n\r\n`

/** Resident memory of the portal, in MB. */
const residentMb = () =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${fresh.app.process.pid}/status`, 'utf8'))?.[1]) / 1024

const isAlive = async () => (await fetch(`${fresh.app.url}/healthz`)).status === 200

describe('somebody who is not signed in', () => {
  test('makes the portal keep next to nothing with 1,400 bodies that do not end', async () => {
    const { bytes } = bodyLimits.nobody
    const all = () => Array.from({ length: 700 }, () => dial())
    const before = residentMb()
    const kept = all()
    await Promise.all(kept.map((one) => one.say(head('/sign-in', bytes) + 'x'.repeat(bytes - 1))))
    expect(await isAlive()).toBe(true)
    const large = all()
    const part = 'x'.repeat(128 * 1024)
    await Promise.all(large.map((one) => one.say(head('/requests/1/form/sources', 1024 * 1024) + part)))
    expect(residentMb() - before).toBeLessThan(50)
    await Promise.all(large.map((one) => one.closed)) // not one of them has sent its last byte
    expect(await isAlive()).toBe(true)
  })

  test('is asked to sign in by a page that wants somebody, however much is sent there', async () => {
    const one = dial()
    await one.say(head('/requests/1/form/sources', 900_000) + 'x'.repeat(20_000))
    await one.closed
    expect(one.heard.text).toMatch(/^HTTP\/1\.1 302[\s\S]*\r\nlocation: \/sign-in/i)
  })
})

describe('a connection', () => {
  test('has 10 s for a head and 30 s for a body, and a paper of somebody who is signed in has longer', async () => {
    const client = new FormClient(fresh.app.url)
    await client.submit(await client.get('/sign-in'), /^Continue as Harper Harbor$/)
    const cookie = `Cookie: ${client.cookieHeader}\r\n`
    const [silent, halfHead, halfBody, halfForm, paper] = [dial(), dial(), dial(), dial(), dial()]
    await halfHead.say('POST /sign-in HTTP/1.1\r\nHost: ')
    await halfBody.say(`${head('/sign-in', 100)}email=`)
    await halfForm.say(`${head('/theme', 100, cookie)}theme=`)
    await paper.say(`${head('/requests/1/paper', 100, cookie)}file=`)
    const heads = await Promise.all([silent.closed, halfHead.closed])
    expect([halfBody, halfForm, paper].map(({ heard }) => heard.isClosed)).toEqual([false, false, false])
    const bodies = await Promise.all([halfBody.closed, halfForm.closed])
    for (const ms of heads) expect(ms).toBeGreaterThan(listenerLimits.headMs - 100)
    for (const ms of bodies) expect(ms).toBeGreaterThan(bodyLimits.form.ms - 100)
    expect([halfHead, halfBody, halfForm].map((one) => one.status())).toEqual([408, 408, 408])
    expect(halfForm.heard.text).toContain('did not arrive within 30 seconds. Nothing was saved.')
    expect(paper.heard.isClosed).toBe(false)
    await paper.say('x'.repeat(95))
    await until('the paper is answered', () => paper.status() > 0)
    expect(paper.status()).not.toBe(408)
  })
})

describe('the listener', () => {
  test('takes so many connections at once, closes more of them unread, and says so once', async () => {
    const { log, lines } = keptLog()
    const server = openListener(log, { ...listenerLimits, connections: 3 })
    onTestFinished(() => void server.close())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo // it listens on TCP
    const first = [dial(port), dial(port), dial(port)]
    await until(
      'they are there',
      () => new Promise((resolve) => server.getConnections((_, count) => resolve(count === 3))),
    )
    await Promise.all([dial(port).closed, dial(port).closed])
    expect(first.map(({ heard }) => heard.isClosed)).toEqual([false, false, false])
    expect(lines.map(({ msg }) => msg)).toEqual(['too many connections: new ones are closed unread'])
  })
})
