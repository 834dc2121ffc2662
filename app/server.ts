import { type Config, ConfigError, configOfProcess, projectRoot } from './config.ts'
import { AlreadyRunning, openInstallation } from './host/installation.ts'
import { runJobs } from './host/jobs.ts'
import { type Logger, openLog } from './host/log.ts'
import { openPortal } from './host/portal.ts'
import { PortTaken, requireFreePort } from './host/ports.ts'
import { programsOf } from './host/programs.ts'
import { onStopRequest, type StopOrder, Stopping, stopOrder } from './host/stop.ts'

const development = !import.meta.url.includes('/build/')
const now = () => new Date()

await main()

async function main(): Promise<void> {
  const config = readConfigOrExit()
  const log = openLog(config.logLevel)
  const order = stopOrder(log)
  const stop = (why: string, code: number) => {
    log.info({ why }, 'stopping')
    void order.stop().then(() => process.exit(code))
  }
  onStopRequest((why) => stop(why, 0), config.stopsWithParent)
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'unexpected error')
    stop('unexpected error', 1)
  })
  try {
    await start(config, log, order)
  } catch (error) {
    if (error instanceof Stopping) return // the stop that came in between ends the process
    await order.stop()
    process.exit(report(error, log))
  }
}

function readConfigOrExit(): Config {
  try {
    return configOfProcess()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    console.error(error.message)
    process.exit(2)
  }
}

/** What the person at the terminal reads, and the exit code: 3 when it runs already, 2 for what they can put right. */
function report(error: unknown, log: Logger): number {
  if (error instanceof AlreadyRunning || error instanceof PortTaken) {
    console.error(error.message)
    return error instanceof AlreadyRunning ? 3 : 2
  }
  log.fatal({ err: error }, 'could not start')
  console.error(`Drop Copy Portal could not start: ${error instanceof Error ? error.message : String(error)}`)
  return 1
}

async function start(config: Config, log: Logger, order: StopOrder): Promise<void> {
  const programs = programsOf(projectRoot, development)
  const checkPorts = () => requireFreePort(config.host, config.port, 'PORT')
  const installation = await openInstallation({ config, order, guard: programs.guard, checkPorts, now })
  const portal = await openPortal({
    config,
    root: projectRoot,
    installation,
    log,
    order,
    connector: () => undefined,
    now,
  })
  const removeExpired = { name: 'expired sign-ins', everyMs: 60_000, run: () => portal.sessions.removeExpired() }
  await order.started('jobs', runJobs([removeExpired], log))
  installation.lock.listeningOn(portal.url)
  console.log(welcome(config, portal.url, installation.directory))
}

/** What the person at the terminal needs; tests and scripts read the address from it. */
function welcome({ mode }: Config, url: string, directory: string): string {
  const signIn = {
    sandbox: 'Sandbox: sign in with one click as any of its people; all firms and people are made up.',
    production: 'Production: sign in with your e-mail address; `drop-copy user invite` prints links for new people.',
  }
  return [`Drop Copy Portal is ready: ${url}`, signIn[mode], `Data: ${directory}`, 'Stop with Ctrl-C.'].join('\n')
}
