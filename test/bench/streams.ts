import { readFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { appEnvironment, databaseVariables, dataDirectory, startApp, until } from '#test/support/app.ts'
import { startServer } from '#test/support/database-server.ts'
import { freshDbOn } from '#test/support/fresh-db-on.ts'
import { CpuMeter } from './pages/meters.ts'
import { median, progress, show, shown } from './report.ts'
import { lookedFor, signInMany, type Viewer, view } from './streams/viewers.ts'

const help = `npm run bench:streams -- [--seconds 10] [--markdown]

  Viewers of the status page of a sandbox with its traffic: what 1, 50, 500 and 2,000 of them cost. Fails over its bounds.
`
const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    markdown: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (options.help) {
  process.stdout.write(help)
  process.exit(0)
}

const steps = [0, 1, 50, 500, 2_000]
/** Of 2,000 streams over an idle portal: cores, MB; and the seconds of a stop. */
const bounds = { cores: 0.5, memoryMb: 200, stopS: 2 }

const server = await startServer()
const db = await freshDbOn(server.url)
const data = dataDirectory()
const app = await startApp(await appEnvironment(data, { ...databaseVariables(db), LOG_LEVEL: 'error' }))
const pid = app.process.pid ?? 0
const meter = new CpuMeter(pid, server.pid ?? 0)
const cookies = await signInMany(db.owner, app.url, 2_000)
const viewers: Viewer[] = []
const measured: Awaited<ReturnType<typeof measure>>[] = []
for (const count of steps) {
  await open(count)
  await sleep(5_000)
  measured.push(await measure(count))
  progress(`${count} viewers measured`)
}
const stopFromMs = performance.now()
await app.stop()
const stopS = (performance.now() - stopFromMs) / 1000
await db.close()
await server.stop()
data.remove()
report()

/** Open streams until there are so many; a few at a time. */
async function open(count: number): Promise<void> {
  while (viewers.length < count) {
    const some = Array.from({ length: Math.min(25, count - viewers.length) }, (_, i) =>
      view(app.url, cookies[Math.floor((viewers.length + i) / 20)] ?? ''),
    )
    viewers.push(...some)
    await until('all were sent their page', () => some.every((one) => one.isWelcome), 60_000)
  }
}

async function measure(count: number) {
  const seconds = Number(options.seconds)
  const before = { cpu: meter.read(), transactions: await transactions(), atMs: performance.now() }
  const pages: number[] = []
  while (performance.now() - before.atMs < seconds * 1000) {
    const fromMs = performance.now()
    await (await fetch(`${app.url}/account`, { headers: { Cookie: cookies[0] ?? '' } })).text()
    pages.push(performance.now() - fromMs)
    await sleep(500)
  }
  const tookS = (performance.now() - before.atMs) / 1000
  const cpu = meter.read()
  const perSecond = ((await transactions()) - before.transactions) / tookS
  return {
    count,
    portal: (cpu.portal - before.cpu.portal) / 1000 / tookS,
    database: (cpu.database - before.cpu.database) / 1000 / tookS,
    memoryMb: memoryMb(),
    perSecond,
    delayMs: count > 0 ? await delay() : 0,
    pageMs: pages.sort((a, b) => a - b)[Math.floor(pages.length * 0.95)] ?? 0,
  }
}

/** From a written change to the last viewer's event; the median of three. */
async function delay(): Promise<number> {
  const delays: number[] = []
  for (let i = 0; i < 3; i++) {
    lookedFor.text = `Renamed ${performance.now()}`
    const fromMs = performance.now()
    await db.owner`update dc.groups set name = ${lookedFor.text}
      where id = (select id from dc.groups where state = 'live' order by id limit 1)`
    await until('every viewer saw it', () => viewers.every(({ sawMs }) => sawMs > fromMs), 60_000)
    delays.push(Math.max(...viewers.map(({ sawMs }) => sawMs)) - fromMs)
  }
  return median(delays)
}

async function transactions(): Promise<number> {
  const [row] = await db.owner<{ count: number }[]>`
    select xact_commit::float8 as count from pg_stat_database where datname = current_database()`
  return row?.count ?? 0
}

function memoryMb(): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
}

function report(): void {
  const head = [
    'viewers of one page',
    'portal, cores',
    'database, cores',
    'MB',
    'transactions/s',
    'delay, ms',
    'page p95, ms',
  ]
  const rows = measured.map((one) => [
    shown(one.count),
    shown(one.portal, 3),
    shown(one.database, 3),
    shown(one.memoryMb),
    shown(one.perSecond, 1),
    one.count > 0 ? shown(one.delayMs) : '',
    shown(one.pageMs),
  ])
  console.log(`Node ${process.versions.node}, ${cpus()[0]?.model ?? ''}, load average ${loadavg()[0]?.toFixed(1)}\n`)
  console.log(`${show({ head, rows }, options.markdown)}\n\nStopped with 2,000 streams in ${shown(stopS, 2)} s.`)
  const [idle, most] = [measured[0], measured.at(-1)]
  if (!idle || !most) return
  const over = [
    most.portal - idle.portal > bounds.cores && `2,000 streams take more than ${bounds.cores} of a core`,
    most.memoryMb - idle.memoryMb > bounds.memoryMb && `2,000 streams take more than ${bounds.memoryMb} MB`,
    stopS > bounds.stopS && `a stop takes more than ${bounds.stopS} s`,
  ].filter((one) => one !== false)
  for (const one of over) console.error(one)
  process.exitCode = over.length > 0 ? 1 : 0
}
