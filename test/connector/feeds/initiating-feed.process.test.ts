import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { InitiatingFeed } from '#connector/feeds/initiating-feed.ts'
import { parseSnapshot } from '#domain/configuration/snapshot.ts'
import { feed, snapshot, start } from '#test/support/connector.ts'
import { until } from '#test/support/database-connector.ts'
import { listen } from '#test/support/fix-peer.ts'

/** Says its port, and whatever comes to it; takes no connection while it is stopped. */
const program = `
  const server = require('node:net').createServer((socket) => socket.on('data', (bytes) => process.stdout.write(bytes)))
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    process.stdout.write(String(server.address().port))
    process.kill(process.pid, 'SIGSTOP')
  })`

/** An address where nobody answers a SYN: its process stands still, and all places in front of it are taken. */
async function silentAddress(): Promise<{ port: number; child: ChildProcess; heard: () => string }> {
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const queue: Socket[] = []
  onTestFinished(() => {
    for (const socket of queue) socket.destroy()
    child.kill('SIGKILL')
  })
  const [said] = await once(child.stdout, 'data')
  const port = Number(said)
  let text = ''
  child.stdout.on('data', (bytes) => {
    text += bytes
  })
  for (let i = 0; i < 4; i++) queue.push(connect(port, '127.0.0.1').on('error', () => undefined))
  await until('a full queue', () => queue.filter(({ connecting }) => !connecting).length === 2)
  return { port, child, heard: () => text }
}

/** A feed that gives an address up after 300 ms. */
async function connecting(port: number, others: readonly number[]): Promise<InitiatingFeed> {
  const { worker } = await start(snapshot())
  const addresses = others.map((other) => ({ host: '127.0.0.1', port: other }))
  const wanted = parseSnapshot(snapshot({ feeds: [feed({ mode: 'initiate', port, addresses })] }))
  const config = wanted.ok ? wanted.value.feeds[0] : undefined
  if (!config) throw new Error(JSON.stringify(wanted))
  const { core, intake, door, budget } = worker
  const one = new InitiatingFeed(core.idOf('feed', config.id), core, config, intake, door, budget, 300)
  onTestFinished(() => {
    one.stop()
    one.part('')
  })
  one.start()
  return one
}

test('a feed whose address answers nothing says so and goes on to its other one', async () => {
  const silent = await silentAddress()
  const other = await listen({ sender: 'GW1', target: 'DROPCOPY' })
  onTestFinished(() => void other.server.close())
  const one = await connecting(silent.port, [other.port])
  const gw = await other.peer()
  await gw.message('A')
  expect(one.report.detail).toBe(`127.0.0.1:${silent.port}: no answer`)
  gw.logon()
  await until('the session', () => one.peer.isLive)
  expect(one.report.detail).toBe('')
  expect(silent.heard()).toBe('')
})

test('a feed with no other address tries again until it is answered', async () => {
  const { port, child, heard } = await silentAddress()
  const one = await connecting(port, [])
  await until('the first end', () => one.report.detail === `127.0.0.1:${port}: no answer`)
  expect(one.isConnected).toBe(false)
  child.kill('SIGCONT')
  await until('a Logon', () => heard().includes('\x0135=A\x01'))
  expect(one.isConnected).toBe(true)
})
