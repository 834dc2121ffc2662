import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { type Config, ConfigError, configOfProcess } from './config.ts'
import { claim, type Owner } from './host/lock.ts'
import { openLog } from './host/log.ts'
import { openPages } from './host/pages.ts'
import { PortTaken, portTaken } from './host/ports.ts'
import { createApp } from './http/app.server.ts'

/** `app/server.ts` in development and `build/server.js` are both one level below it. */
const root = fileURLToPath(new URL('..', import.meta.url))

await main().catch((error) => {
  if (!(error instanceof ConfigError || error instanceof PortTaken)) throw error
  console.error(error.message)
  process.exit(2)
})

async function main(): Promise<void> {
  const config = configOfProcess(root)
  const claimed = await claim(config.dataDir.path)
  if (!claimed.ok) {
    console.error(alreadyRunning(claimed.owner))
    process.exit(3)
  }
  await serve(config)
}

function alreadyRunning({ pid, url }: Owner): string {
  const who = pid === 0 ? 'as a process that does not answer' : `as process ${pid}`
  return `Drop Copy Portal is already running ${who}${url ? ` on ${url}` : ', which is still starting'}.`
}

async function serve(config: Config): Promise<void> {
  const log = openLog(config.logLevel)
  const server = createServer()
  const pages = await openPages(root, server)
  const app = createApp({
    log,
    publicUrl: config.publicUrl,
    trustProxy: config.trustProxy,
    development: pages.development,
    assets: pages.assets,
    health: (_request, response) => void response.json({ status: 'ok' }),
    identify: (_request, _response, next) => next(),
    events: (_request, response) => void response.sendStatus(404),
    pages: pages.handler((_request, response) => ({
      user: undefined,
      cspNonce: response.locals.nonce,
      mode: config.mode,
      environment: 'sandbox',
      environments: config.environments,
      publicUrl: config.publicUrl ?? '',
      auth: undefined as never,
      environmentCookie: () => undefined,
      reportError: (error) => log.error({ err: error, id: response.locals.requestId }, 'page failed'),
    })),
  })
  server.on('request', app)
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(config.port, config.host, resolve)
    })
  } catch (error) {
    throw await portTaken(error, config.host, config.port, 'PORT')
  }
  const { port } = server.address() as AddressInfo // listening on TCP
  console.log(`Drop Copy Portal: http://${config.host}:${port}`)
}
