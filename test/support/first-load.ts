import type { BrowserContext, CDPSession, Page } from 'playwright-core'

/** A line and a processor, slowed down as the browser's developer tools do it. */
export interface Slowness {
  mbitS: number
  roundTripMs: number
  /** The processor is this many times slower. */
  times: number
}

export interface FirstLoad {
  /** On the wire, heads included, until the page is loaded and lives. */
  bytes: number
  /** The same by file, largest first. */
  files: { path: string; bytes: number }[]
  /** The code of all other pages, which is fetched afterwards. */
  laterBytes: number
  /** When the browser first drew text, and when the page was loaded. */
  paintMs: number
  loadMs: number
}

/** Open a page in a browser that has nothing of it but the cookies. */
export async function measureFirstLoad(context: BrowserContext, url: string, slow?: Slowness): Promise<FirstLoad> {
  const page = await context.newPage()
  const wire = await page.context().newCDPSession(page)
  if (slow) await slowDown(wire, slow)
  const traffic = await watch(wire)
  await page.goto(url, { waitUntil: 'load' })
  await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0)
  const { paintMs, loadMs } = await timesOf(page)
  await page.waitForLoadState('load')
  await page.waitForFunction(
    () => document.querySelectorAll('head link[rel=modulepreload]').length > 20, // what comes afterwards has begun
  )
  await traffic.settled()
  await page.close()
  const files = [...traffic.files.values()]
  const first = files.filter((file) => !file.isLater)
  const sum = (some: typeof files) => some.reduce((total, file) => total + file.bytes, 0)
  return {
    bytes: sum(first),
    files: first.map(({ path, bytes }) => ({ path, bytes })).sort((a, b) => b.bytes - a.bytes),
    laterBytes: sum(files) - sum(first),
    paintMs,
    loadMs,
  }
}

async function slowDown(wire: CDPSession, { mbitS, roundTripMs, times }: Slowness): Promise<void> {
  const throughput = (mbitS * 1_000_000) / 8
  await wire.send('Network.enable')
  await wire.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: roundTripMs,
    downloadThroughput: throughput,
    uploadThroughput: throughput,
  })
  await wire.send('Emulation.setCPUThrottlingRate', { rate: times })
}

/** Counts what comes over the wire; streams never end, and are left out. */
async function watch(wire: CDPSession) {
  const files = new Map<string, { path: string; bytes: number; isLater: boolean }>()
  const open = new Set<string>()
  let isLoaded = false
  wire.on('Page.loadEventFired', () => {
    isLoaded = true
  })
  wire.on('Network.requestWillBeSent', ({ requestId, request }) => {
    const path = new URL(request.url).pathname
    if (path.startsWith('/events/')) return
    open.add(requestId)
    files.set(requestId, { path, bytes: 0, isLater: isLoaded })
  })
  wire.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    open.delete(requestId)
    const file = files.get(requestId)
    if (file) file.bytes = encodedDataLength
  })
  wire.on('Network.loadingFailed', ({ requestId }) => open.delete(requestId))
  await wire.send('Network.enable')
  await wire.send('Page.enable')
  const settled = async () => {
    while (open.size > 0) await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return { files, settled }
}

const timesOf = (page: Page) =>
  page.evaluate(() => {
    const [paint] = performance.getEntriesByName('first-contentful-paint')
    const [loaded] = performance.getEntriesByType('navigation')
    return {
      paintMs: paint?.startTime ?? 0,
      loadMs: loaded instanceof PerformanceNavigationTiming ? loaded.loadEventStart : 0,
    }
  })
