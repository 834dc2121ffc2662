import { type Client, startClient } from '#client/client.ts'
import { compare } from '#client/compare.ts'
import { blankReceipt } from '#client/receipts.ts'
import { compileTerms } from '#dropcopy/eligible.ts'
import { type GatewaySim, startGatewaySim } from '#gateway-sim/gateway-sim.ts'
import { type App, appEnvironment, type DataDirectory, dataDirectory, startApp, until } from '#test/support/app.ts'
import { asked, journey, type ReportedSource, reportedSources, signIn, type Target } from './journey.ts'

const messages = 20_000
const perSecond = 1_500
/** When the connector is killed, in source messages sent. */
const kills = [messages * 0.3, messages * 0.7]

const startedMs = performance.now()
const say = (text: string) =>
  console.log(`${((performance.now() - startedMs) / 1000).toFixed(1).padStart(5)} s  ${text}`)

async function main(): Promise<number> {
  const data = dataDirectory()
  let app: App | undefined
  try {
    const env = await appEnvironment(data, { SANDBOX_TRAFFIC: '0', LOG_LEVEL: 'warn' })
    app = await startApp(env)
    say(`portal, database and connector run at ${app.url}`)
    const target = await journey(app.url, say)
    return await flow(app, data, env, target)
  } catch (error) {
    console.error(error)
    console.error(app?.log().split('\n').slice(-40).join('\n'))
    return 1
  } finally {
    await app?.stop()
    data.remove()
  }
}

/** Streams the order flow, kills the connector twice in the middle of it, and compares what was sent with what came. */
async function flow(app: App, data: DataDirectory, env: Record<string, string>, target: Target): Promise<number> {
  const client = startClient({
    host: '127.0.0.1',
    port: Number(env.TARGET_PORT),
    session: target.sessionId,
    password: target.password,
  })
  const gateway = await startGatewaySim({
    mode: 'connect',
    host: '127.0.0.1',
    port: Number(env.FEED_PORT),
    dialect: 'encapsulated',
    ourCompId: 'GW1',
    theirCompId: 'DROPCOPY',
    sources: asked.sources,
    seed: 7,
    rate: perSecond,
    count: messages,
  })
  try {
    await until('the client is logged on', () => client.live)
    say(`client logged on to ${target.sessionId}N; the gateway sends ${messages.toLocaleString('en')} messages`)
    for (const at of kills) {
      await until(`${at} messages are sent`, () => gateway.sent().total >= at)
      const { logons } = client.summary()
      killConnector(data)
      say(`connector killed with SIGKILL after ${gateway.sent().total.toLocaleString('en')} messages`)
      await until('the client is logged on again', () => client.live && client.summary().logons > logons)
    }
    await gateway.done
    await until('every copy has come', () => isComplete(gateway, client))
    say('every message is sent, every copy has come')
    const alex = await signIn(app.url, 'Alex Alder')
    const sent = gateway.sent()
    const reported = await settled(async () => reportedSources(alex, target.sources), sent.total)
    return report(gateway, client, reported)
  } finally {
    await client.stop()
    await gateway.stop()
  }
}

const terms = compileTerms({ level: asked.level, filters: {}, protocol: 'classic' })
const comparisonOf = (gateway: GatewaySim, client: Client, source: string) =>
  compare(gateway.classesOf(source), client.receipts.sources.get(source) ?? blankReceipt(), terms)

const isComplete = (gateway: GatewaySim, client: Client) =>
  asked.sources.every((source) => comparisonOf(gateway, client, source).lost.length === 0)

function killConnector(data: DataDirectory): void {
  const line = data.processes().find((one) => /(cli\.js|cli\/main\.ts) connector /.test(one))
  if (!line) throw new Error(`No connector runs: ${data.processes().join('\n')}`)
  process.kill(Number(line.split(' ')[0]), 'SIGKILL')
}

/** The status is written once a second: wait until it has caught up with what was sent. */
async function settled(
  read: () => Promise<Map<string, ReportedSource>>,
  total: number,
): Promise<Map<string, ReportedSource>> {
  let rows = await read()
  const isWhole = () => [...rows.values()].reduce((sum, row) => sum + row.received, 0) >= total
  await until('the portal has the last figures', async () => {
    rows = await read()
    return isWhole()
  })
  return rows
}

/** The table, and 0 only when every sum closes. */
function report(gateway: GatewaySim, client: Client, reported: Map<string, ReportedSource>): number {
  let isClean = true
  const rows = asked.sources.map((source) => {
    const own = comparisonOf(gateway, client, source)
    const portal = reported.get(source)
    const filtered = Object.values(own.filtered).reduce((sum, count) => sum + count, 0)
    const renumbered = own.renumbered + own.unexpected.length
    const closes =
      portal !== undefined &&
      portal.received === own.sent &&
      portal.filtered === filtered &&
      portal.delivered === own.received &&
      portal.received === portal.delivered + portal.filtered + portal.waiting + portal.held + portal.expired
    isClean &&= closes && own.lost.length + own.doubled.length + renumbered === 0
    return {
      source,
      sent: own.sent,
      received: portal?.received,
      filtered: `${portal?.filtered} (${Object.entries(own.filtered)
        .map(([why, count]) => `${why} ${count}`)
        .join(', ')})`,
      delivered: portal?.delivered,
      "client's count": own.received,
      lost: own.lost.length,
      duplicated: own.doubled.length,
      renumbered,
      'sum closes': closes,
    }
  })
  console.table(Object.fromEntries(rows.map(({ source, ...row }) => [source, row])))
  const { logons, gaps, recovered } = client.summary()
  say(`${logons} logons, ${gaps} gaps seen by the client, ${recovered} copies recovered by resend`)
  say(isClean ? 'nothing lost, doubled or renumbered; every sum closes' : 'NOT clean: see the table')
  return isClean ? 0 : 1
}

process.exitCode = await main()
