/**
 * Makes the pictures of the documents: `npm run screenshots`. It starts the real product on a
 * fresh data directory, lets every group of the sandbox go live, and photographs the status page,
 * light and dark, when every copy has arrived.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Page as BrowserPage, chromium } from 'playwright-core'
import { type Client, startClient } from '#client/client.ts'
import { startGatewaySim } from '#gateway-sim/gateway-sim.ts'
import { approve, createPassword, isApplied, signIn, type Target } from '#test/demo/journey.ts'
import { signInAs } from '#test/e2e/sandbox.ts'
import { appEnvironment, dataDirectory, projectRoot, startApp, until } from '#test/support/app.ts'
import { launchOptions } from '#test/support/chromium.ts'
import type { Page as FormPage } from '#test/support/form-client.ts'

const folder = join(projectRoot, 'docs/images')

/** The same messages in every run, so that the picture shows the same figures. */
const flow = {
  mode: 'connect',
  host: '127.0.0.1',
  dialect: 'encapsulated',
  ourCompId: 'GW1',
  theirCompId: 'DROPCOPY',
  sources: ['K7T882', 'M3P882', 'Q1A882', 'V8N882', 'R5C914', 'S2D914', 'T9F733', 'W4G733'],
  seed: 7,
  rate: 4_000,
  count: 60_000,
} as const

async function main(): Promise<void> {
  const data = dataDirectory()
  const env = await appEnvironment(data, { SANDBOX_TRAFFIC: '0', LOG_LEVEL: 'warn' })
  const app = await startApp(env)
  const clients: Client[] = []
  try {
    for (const target of await openEveryGroup(app.url)) clients.push(logOn(Number(env.TARGET_PORT), target))
    await until('every client is logged on', () => clients.every((client) => client.live))
    const gateway = await startGatewaySim({ ...flow, port: Number(env.FEED_PORT) })
    await gateway.done
    await photograph(app.url, `${clients.length} of ${clients.length} groups complete, nothing unaccounted`)
    await gateway.stop()
  } finally {
    await Promise.all(clients.map((client) => client.stop()))
    await app.stop()
    data.remove()
  }
}

/** Signs what the seed left open, and creates a password for the target of each group. */
async function openEveryGroup(origin: string): Promise<Target[]> {
  const [avery, alex, drew, casey, xan, bailey, harper] = await Promise.all(
    ['Avery Alder', 'Alex Alder', 'Drew Dogwood', 'Casey Cedar', 'Xan Xenon', 'Bailey Birch', 'Harper Harbor'].map(
      (name) => signIn(origin, name),
    ),
  )
  if (!avery || !alex || !drew || !casey || !xan || !bailey || !harper) throw new Error('somebody could not sign in')
  const review = await avery.submit(await avery.get('/'), /Submit the request/)
  const desk = (await avery.submit(review, 'Sign and submit')).url.pathname
  for (const signer of [xan, bailey, harper]) await approve(signer, desk)
  const options = pathOfRequest(await avery.get('/requests'), 'Options desk')
  for (const signer of [xan, harper]) await approve(signer, options)
  for (const request of [desk, options])
    await until('the request is applied', async () => isApplied(await avery.get(request)))
  const reason = 'First connection'
  return [
    await createPassword(casey, 'Cedar risk', reason),
    await createPassword(alex, 'Desk 7', reason),
    await createPassword(drew, 'Dogwood surveillance', reason),
    await createPassword(alex, 'Options desk', reason),
  ]
}

function pathOfRequest(list: FormPage, groupName: string): string {
  const row = list.document.querySelectorAll('tr').find(({ text }) => text.includes(groupName))
  return row?.querySelector('a')?.getAttribute('href') ?? ''
}

const logOn = (port: number, { sessionId, password }: Target): Client =>
  startClient({ host: '127.0.0.1', port, session: sessionId, password })

/** @param sentence what the page begins with when every copy has arrived */
async function photograph(url: string, sentence: string): Promise<void> {
  const browser = await chromium.launch(launchOptions())
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await signInAs(page, url, 'Hollis Harbor')
    await page.getByText(sentence).waitFor()
    await page.locator('main').getByText(flow.count.toLocaleString('en'), { exact: true }).waitFor()
    await page.mouse.move(0, 0) // nothing is shown as hovered over
    await shoot(page, 'light', 'status.png')
    await shoot(page, 'dark', 'status-dark.png')
  } finally {
    await browser.close()
  }
}

async function shoot(page: BrowserPage, colorScheme: 'light' | 'dark', name: string): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
  await page.evaluate(() => document.fonts.ready)
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: join(folder, name) })
  console.log(`docs/images/${name}`)
}

await main()
