import { once } from 'node:events'
import { cpus, loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import postgres from 'postgres'
import { startEmbedded } from '#db/embedded.ts'
import { startApp } from '#test/support/app.ts'
import { FormClient } from '#test/support/form-client.ts'
import { everybodysPassword, openLarge } from './large/installation.ts'
import { Reporter } from './large/reporter.ts'
import { largeShape } from './large/shape.ts'
import { type Address, addressesOf } from './pages/addresses.ts'
import { furtherOf, type Measured, measure } from './pages/measure.ts'
import { CpuMeter, countsStatements, StatementMeter } from './pages/meters.ts'
import { findVisitors, type Visitor } from './pages/people.ts'
import { photograph } from './pages/photograph.ts'
import { progress, show, shown } from './report.ts'

const help = `npm run bench:pages -- [--data .large] [--only TEXT] [--as TEXT] [--times 30] [--traffic 0] [--statements] [--markdown] [--serve]
                            [--photograph DIR]

  --data DIR    the data directory with the large exchange; filled when there is none (some minutes)
  --only TEXT   pages whose name or address has this in it
  --as TEXT     people whose kind has this in it
  --times N     how often each page is asked
  --traffic N   rows of the ledger that change each second
  --statements  the slowest statements of each page, too
  --markdown    a table as in docs/performance.md
  --serve       start the portal with its pretended connector, and wait
  --photograph DIR  instead of measuring, photograph the pages: wide and narrow, light and dark
`
const { values: options } = parseArgs({
  options: {
    data: { type: 'string', default: '.large' },
    only: { type: 'string', default: '' },
    as: { type: 'string', default: '' },
    times: { type: 'string', default: '30' },
    traffic: { type: 'string', default: '0' },
    statements: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
    serve: { type: 'boolean', default: false },
    photograph: { type: 'string', default: '' },
    help: { type: 'boolean', default: false },
  },
})
if (options.help) {
  process.stdout.write(help)
  process.exit(0)
}

const bounds = { p95: 50, cpu: 40, bytes: 150_000, queries: 12 }

type Stop = () => Promise<unknown>
const stops: Stop[] = []
const stopping = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
void stopping.then(async () => {
  await stopAll()
  process.exit(1)
})

async function stopAll(): Promise<void> {
  for (const stop of stops.splice(0).reverse()) await stop()
}

let failures = 0
try {
  const { origin, ownerUrl, portal, server } = await start()
  const visitors = (await openOwner(ownerUrl, findVisitors)).filter(({ kind }) => kind.includes(options.as))
  if (options.serve) await serve(origin, visitors)
  else if (options.photograph) await photographAll(origin, visitors, options.photograph)
  else {
    const statements = await StatementMeter.open(ownerUrl)
    stops.push(() => statements.close())
    const measured = await measureAll(origin, visitors, { cpu: new CpuMeter(portal, server), statements })
    failures = report(measured)
  }
} finally {
  await stopAll()
}
process.exit(failures > 0 ? 1 : 0)

/** The database, a connector that reports each second, and the portal as `npm start` builds it. */
async function start() {
  const { directory, urls: given, server: first } = await openLarge(options.data, largeShape, progress)
  let server = first
  let urls = given
  if (!(await countsStatements(server.ownerUrl))) {
    await server.stop()
    server = await startEmbedded({ directory })
    const { port } = server
    urls = { ...given, dc_connector: Object.assign(new URL(given.dc_connector), { port: String(port) }).href }
  }
  stops.push(() => server.stop())
  const { ownerUrl } = server
  const perSecond = Number(options.traffic)
  const reporter = await openOwner(ownerUrl, (owner) => Reporter.open(owner, urls.dc_connector, { perSecond }))
  const reporting = new AbortController()
  const ended = reportEachSecond(reporter, reporting.signal)
  stops.push(async () => {
    reporting.abort()
    await ended
    await reporter.close()
  })
  const { PATH = '', HOME = '' } = process.env
  const app = await startApp({
    PATH,
    HOME,
    MODE: 'production',
    DATA_DIR: directory,
    DATABASE_URL: ownerUrl,
    CONNECTOR: 'external',
    PORT: '0',
    LOG_LEVEL: 'error',
    npm_lifecycle_event: 'start',
  })
  stops.push(() => app.stop())
  return { origin: new URL(app.url).origin, ownerUrl, portal: app.process.pid ?? 0, server: server.pid }
}

async function openOwner<T>(ownerUrl: string, work: (owner: postgres.Sql) => Promise<T>): Promise<T> {
  const owner = postgres(ownerUrl, { max: 1, onnotice: () => undefined })
  try {
    return await work(owner)
  } finally {
    await owner.end({ timeout: 5 })
  }
}

async function reportEachSecond(reporter: Reporter, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await reporter.report()
    await sleep(1_000, undefined, { signal }).catch(() => undefined)
  }
}

async function serve(origin: string, visitors: readonly Visitor[]): Promise<void> {
  progress(`${origin}, until Ctrl-C; everybody's password is "${everybodysPassword}"`)
  for (const { kind, email } of visitors) progress(`${kind}: ${email}`)
  await stopping
}

async function signIn(origin: string, email: string): Promise<string> {
  const client = new FormClient(origin)
  const answered = await client.submit(await client.get('/sign-in'), 'Sign in', { email, password: everybodysPassword })
  if (answered.status !== 200)
    throw new Error(`${email} cannot sign in: ${answered.status} ${answered.text.slice(0, 300)}`)
  return client.cookieHeader
}

function isAsked({ page, path }: Address): boolean {
  return page.includes(options.only) || path.includes(options.only)
}

async function photographAll(origin: string, visitors: readonly Visitor[], folder: string): Promise<void> {
  for (const visitor of visitors) {
    const cookie = await signIn(origin, visitor.email)
    await photograph(origin, cookie, visitor.kind, addressesOf(visitor).filter(isAsked), folder)
    progress(`${visitor.kind}: photographed`)
  }
}

async function measureAll(
  origin: string,
  visitors: readonly Visitor[],
  meters: Parameters<typeof measure>[5],
): Promise<Measured[]> {
  const measured: Measured[] = []
  for (const visitor of visitors) {
    const cookie = await signIn(origin, visitor.email)
    const todo = addressesOf(visitor).filter(isAsked)
    for (const address of todo) {
      const { figures, html } = await measure(origin, cookie, visitor.kind, address, Number(options.times), meters)
      measured.push(figures)
      if (!/, (next page|search)$/.test(address.page)) todo.push(...furtherOf(address, html))
      progress(`${visitor.kind}, ${address.page}: ${shown(figures.p50, 1)} ms, ${shown(figures.queries)} queries`)
    }
  }
  return measured
}

/** @returns how many pages are over a bound, or failed */
function report(measured: readonly Measured[]): number {
  const head = ['page', 'person', 'CPU p50 ms', 'database', 'p50 ms', 'p95 ms', 'kB', 'queries']
  const rows = measured.map((one) => [
    one.page,
    one.person,
    ...[one.cpu, one.database, one.p50, one.p95, one.bytes / 1000].map((value) => shown(value, 1)),
    shown(one.queries, 1),
  ])
  const machine = `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}`
  console.log(`${machine}, ${new Date().toISOString().slice(0, 10)}, load average ${loadavg()[0]?.toFixed(1)}\n`)
  console.log(`${show({ head, rows }, options.markdown)}\n`)
  if (options.statements) for (const one of measured) console.log(slowest(one))
  const over = measured.flatMap((one) => problemsOf(one).map((problem) => [one.page, one.person, problem]))
  console.log(
    over.length > 0
      ? show({ head: ['over its bound', 'person', 'what'], rows: over }, options.markdown)
      : 'Every page is within its bounds.',
  )
  return over.length
}

function problemsOf({ status, p95, cpu, bytes, queries }: Measured): string[] {
  if (status !== 200) return [`answered ${status}`]
  const beyond = (what: string, value: number, most: number) =>
    value > most ? [`${what} ${shown(value, 1)}, at most ${shown(most)}`] : []
  return [
    ...beyond('p95 ms', p95, bounds.p95),
    ...beyond('CPU ms', cpu, bounds.cpu),
    ...beyond('bytes', bytes, bounds.bytes),
    ...beyond('queries', queries, bounds.queries),
  ]
}

function slowest({ page, person, statements }: Measured): string {
  const lines = statements.slice(0, 8).map(({ calls, ms, rows, text }) => {
    const said = text.replace(/\s+/g, ' ').slice(0, 400)
    return `  ${shown(ms, 2)} ms, ${shown(calls, 1)} times, ${shown(rows)} rows: ${said}`
  })
  return [`${page}, ${person}:`, ...lines].join('\n')
}
