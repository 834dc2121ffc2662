// `npx tsx test/e2e/measure-away.ts`: how long an open status page takes to live again
// after each kind of outage, at full length.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Browser, chromium, type Page } from 'playwright-core'
import { type App, appEnvironment, dataDirectory, startApp } from '#test/support/app.ts'
import { launchOptions } from '#test/support/chromium.ts'
import { otherBuild } from '#test/support/other-build.ts'
import { type Manner, startProxy } from '#test/support/proxy.ts'

/** What was seen from outside, in seconds; `null`: not within two minutes. */
interface Measured {
  outage: string
  awayS: number
  /** From the beginning of the outage until the page said so; `null`: it was over before there was anything to say. */
  saidAfterS: number | null
  /** From the end of the outage until no figure was stale, and one of them had moved, as they do every second or so. */
  livesAfterS: number | null
  /** The document is the one that was there before. */
  isSamePage: boolean
}

const patienceMs = 120_000
const data = dataDirectory()
const env = await appEnvironment(data, { LOG_LEVEL: 'fatal' })
let app: App = await startApp(env)
const again = { ...env, PORT: new URL(app.url).port }
const proxy = await startProxy(app.url)
const browser: Browser = await chromium.launch(launchOptions())
const next = otherBuild()
try {
  const rows: Measured[] = []
  for (const awayS of [2, 60]) {
    rows.push(await measure('network of the browser away', awayS, offline))
    for (const [outage, manner] of [
      ['nothing listens', 'refuse'],
      ['a proxy answers 502', 'bad-gateway'],
      ['everything is swallowed, no connection closed', 'swallow'],
    ] as const)
      rows.push(await measure(outage, awayS, behave(manner)))
    rows.push(await measure('database stopped (SIGSTOP) and continued', awayS, stoppedDatabase))
  }
  rows.push(await measure('database killed (SIGKILL), started again by the portal', 0, killedDatabase))
  rows.push(await measure('portal stopped, another build started', 0, restarted(next.command)))
  rows.push(await measure('portal stopped, the first build started', 0, restarted()))
  console.table(rows)
} finally {
  await browser.close()
  await proxy.close()
  await app.stop()
  next.remove()
  data.remove()
}

/** Begins an outage; what it gives back ends it. */
type Outage = (page: Page) => Promise<() => Promise<void>>

async function measure(outage: string, awayS: number, begin: Outage): Promise<Measured> {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(`${proxy.url}/sign-in`)
  await page.getByRole('button', { name: 'Continue as Hollis Harbor' }).click()
  await page.getByText('Received this week').waitFor()
  await page.evaluate(() => document.body.setAttribute('data-mark', 'same'))
  await moved(page)
  const beganMs = performance.now()
  const end = await begin(page)
  let saidAfterS: number | null = null
  let isOver = false
  const watching = (async () => {
    while (!isOver && saidAfterS === null) {
      if (
        (await page
          .locator('main[data-stale]')
          .count()
          .catch(() => 0)) > 0
      )
        saidAfterS = secondsSince(beganMs)
      else await sleep(50)
    }
  })()
  await sleep(Math.max(0, awayS * 1000 - (performance.now() - beganMs)))
  await end()
  const endedMs = performance.now()
  const before = await figure(page)
  const lives = async () =>
    (await page.locator('main:not([data-stale])').count()) > 0 && !['', before].includes(await figure(page))
  while (!(await lives().catch(() => false)) && performance.now() - endedMs < patienceMs) await sleep(50)
  const livesAfterS = performance.now() - endedMs < patienceMs ? secondsSince(endedMs) : null
  isOver = true
  await watching
  const isSamePage = (await page.locator('body[data-mark]').count()) === 1
  await context.close()
  return { outage, awayS, saidAfterS, livesAfterS, isSamePage }
}

function secondsSince(ms: number): number {
  return Math.round((performance.now() - ms) / 100) / 10
}

/** How many messages were received this week, as the page has it; empty while it shows none. */
async function figure(page: Page): Promise<string> {
  const text = await page.locator('main').innerText()
  return /([\d,]+)\s+Received this week/.exec(text)?.[1] ?? ''
}

async function moved(page: Page): Promise<void> {
  const before = await figure(page)
  while (['', before].includes(await figure(page))) await sleep(50)
}

async function offline(page: Page) {
  await page.context().setOffline(true)
  return () => page.context().setOffline(false)
}

function behave(manner: Manner): Outage {
  return async () => {
    proxy.behave(manner)
    return async () => proxy.behave('pass')
  }
}

/** The postmaster, which names our data directory, and its children, which do not. */
function postgres(): number[] {
  const main = data.processes().flatMap((line) => (/postgres -D/.test(line) ? [Number(line.split(' ')[0])] : []))
  const children = main.flatMap((pid) => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' '))
  return [...main, ...children.filter(Boolean).map(Number)]
}

async function stoppedDatabase() {
  const pids = postgres()
  if (pids.length < 2) throw new Error('the database was not found')
  signal('STOP', pids)
  return async () => signal('CONT', pids)
}

async function killedDatabase() {
  signal('KILL', postgres())
  return async () => {}
}

function restarted(command?: string[]): Outage {
  return async () => {
    await app.stop()
    app = await startApp(again, command)
    return async () => {}
  }
}

function signal(name: string, pids: readonly number[]): void {
  execFileSync('kill', [`-${name}`, ...pids.map(String)])
}
