import { parse } from 'node-html-parser'
import { median } from '../report.ts'
import type { Address } from './addresses.ts'
import type { CpuMeter, Statement, StatementMeter } from './meters.ts'

export type Measured = Address & {
  person: string
  status: number
  /** Milliseconds. CPU of portal and database together, and the database's part of it. */
  cpu: number
  database: number
  p50: number
  p95: number
  bytes: number
  /** Statements of one request. */
  queries: number
  statements: Statement[]
}

type Meters = { cpu: CpuMeter; statements: StatementMeter }

/** A page that is asked before it is measured is compiled, and its connections are open. */
const before = { times: 4, ms: 2_000 }
/** A slow page is not asked as often as the others. */
const mostMs = 6_000

/** Ask for a page so many times, one after the other. @returns figures, and the last document */
export async function measure(
  origin: string,
  cookie: string,
  person: string,
  address: Address,
  times: number,
  { cpu, statements }: Meters,
): Promise<{ figures: Measured; html: string }> {
  const ask = async () => {
    const response = await fetch(new URL(address.path, origin), {
      headers: { Cookie: cookie, Accept: 'text/html' },
      redirect: 'manual',
    })
    return { status: response.status, html: await response.text() }
  }
  const warmUntilMs = performance.now() + before.ms
  for (let i = 0; i < before.times && performance.now() < warmUntilMs; i++) await ask()
  await statements.reset()
  const untilMs = performance.now() + mostMs
  const rows: { cpu: number; database: number; ms: number }[] = []
  let last = { status: 0, html: '' }
  for (let i = 0; i < times && performance.now() < untilMs; i++) {
    const from = cpu.read()
    const fromMs = performance.now()
    last = await ask()
    const ms = performance.now() - fromMs
    const to = cpu.read()
    const database = to.database - from.database
    rows.push({ cpu: to.portal - from.portal + database, database, ms })
  }
  const asked = await statements.read()
  const ms = rows.map((row) => row.ms).sort((a, b) => a - b)
  const figures = {
    ...address,
    person,
    status: last.status,
    cpu: median(rows.map((row) => row.cpu)),
    database: median(rows.map((row) => row.database)),
    p50: median(ms),
    p95: ms[Math.ceil(ms.length * 0.95) - 1] ?? 0,
    bytes: Buffer.byteLength(last.html),
    queries: asked.reduce((sum, { calls }) => sum + calls, 0) / rows.length,
    statements: asked.map(({ calls, ms, rows: found, text }) => {
      const each = (sum: number) => sum / rows.length
      return { calls: each(calls), ms: each(ms), rows: each(found), text }
    }),
  }
  return { figures, html: last.html }
}

/** What a list leads to by itself: its next page, and what its own search finds. */
export function furtherOf({ page, path }: Address, html: string): Address[] {
  const document = parse(html)
  const url = new URL(path, 'http://portal.invalid')
  const further: Address[] = []
  const next = document.querySelector('main a[rel=next]')?.getAttribute('href')
  if (next) {
    const at = new URL(next.replaceAll('&amp;', '&'), url)
    further.push({ page: `${page}, next page`, path: at.pathname + at.search })
  }
  const search = document.querySelector('main input[type=search]')?.getAttribute('name')
  if (search) further.push({ page: `${page}, search`, path: `${url.pathname}?${search}=0` })
  return further
}
