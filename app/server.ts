import { randomBytes, randomUUID } from 'node:crypto'
import { sealAuditEvents } from '#db/audit-seal.ts'
import { hideParameters } from '#db/failed-statement.ts'
import { brokenSealSentence } from '#domain/alarm/audit.ts'
import { forgetAnswers, runDueJobs, stopUncoveredSources } from '#services/jobs/jobs.ts'
import { takeFigures, thinFigures } from '#services/jobs/rollups.ts'
import { standingsKeeper } from '#services/jobs/standings.ts'
import { verifyAudit } from '#services/jobs/verify-audit.ts'
import { publishReferenceData } from '#services/reference/publish-reference.ts'
import { findFeePlanHole } from '#views/status/portal-alarms.ts'
import { type Config, ConfigError, configOfProcess, projectRoot } from './config.ts'
import { type Arguments, readArguments } from './host/arguments.ts'
import { startConnector } from './host/connector-child.ts'
import { AlreadyRunning, type Installation, openInstallation } from './host/installation.ts'
import { type Job, runJobs } from './host/jobs.ts'
import { type Logger, openLog } from './host/log.ts'
import { openPortal, type Portal } from './host/portal.ts'
import { PortTaken, requireFreePort } from './host/ports.ts'
import { programsOf } from './host/programs.ts'
import { fillSandbox, sandboxHost, simulatedSources, startSimulation } from './host/sandbox.ts'
import { onStopRequest, type StopOrder, Stopping, stopOrder } from './host/stop.ts'
import { removeExpiredSessions } from './http/sessions.server.ts'

const development = !import.meta.url.includes('/build/')
const now = () => new Date()

async function main(): Promise<void> {
  const { config, given } = readConfigOrExit()
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
    await start(config, given, log, order)
  } catch (error) {
    if (error instanceof Stopping || order.isStopping) return // the stop that came in between ends the process
    await order.stop()
    process.exit(report(error, log))
  }
}

function readConfigOrExit(): { config: Config; given: Arguments } {
  try {
    const config = configOfProcess()
    return { config, given: readArguments(process.argv.slice(2), config) }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    console.error(error.message)
    process.exit(2)
  }
}

/** The text for the person at the terminal, and the exit code: 3 when it runs already, 2 for what they can fix. */
function report(error: unknown, log: Logger): number {
  if (error instanceof AlreadyRunning || error instanceof PortTaken) {
    console.error(error.message)
    return error instanceof AlreadyRunning ? 3 : 2
  }
  log.fatal({ err: error }, 'could not start')
  console.error(
    `Drop Copy Portal could not start: ${error instanceof Error ? hideParameters(error).message : String(error)}`,
  )
  return 1
}

/**
 * In this order; stopped in reverse: the simulation, the listener, the jobs,
 * the connector (which drains), the database.
 */
async function start(config: Config, { takeOver }: Arguments, log: Logger, order: StopOrder): Promise<void> {
  const { guard, cli } = programsOf(projectRoot, development)
  const installation = await openInstallation({ config, order, guard, checkPorts: () => checkPorts(config), log, now })
  const parts = { config, installation, cli, log, now }
  if (config.mode === 'sandbox') await fillSandbox(parts)
  const sources = config.sandboxTraffic ? await simulatedSources(installation) : []
  const connector = startConnector({ ...parts, takeOver })
  await order.started('connector', () => connector?.stop())
  await order.started('jobs', runJobs(jobsOf(installation, config, log), log))
  const portal = await openPortal({ ...parts, root: projectRoot, order, connector: () => connector?.status() })
  installation.lock.listeningOn(portal.url)
  console.log(welcome(config, portal, installation.directory))
  if (!config.sandboxTraffic) return
  await Promise.race([connector?.ready, order.stopping])
  for (const child of startSimulation(parts, sources)) await order.started('simulation', child.stop)
}

/** The connector of a portal that was killed is usually gone by then. */
const dayMs = 86_400_000
const drainedMs = 5_000

/** Check every port that will be listened on, before anything is touched. */
async function checkPorts({ host, port, mode, connector, ports }: Config): Promise<void> {
  await requireFreePort(host, port, 'PORT')
  if (mode !== 'sandbox' || connector === 'external') return
  await requireFreePort(sandboxHost, ports.feed, 'FEED_PORT', drainedMs)
  await requireFreePort(sandboxHost, ports.target, 'TARGET_PORT', drainedMs)
  await requireFreePort(sandboxHost, ports.targetBackup, 'TARGET_BACKUP_PORT', drainedMs)
}

function jobsOf({ database }: Installation, { environments }: Config, log: Logger): Job[] {
  const deps = { asJobs: database.asJobs, now, newId: randomUUID, randomBytes: (length: number) => randomBytes(length) }
  const due = async () => {
    const { confirmed, expired } = await runDueJobs(deps)
    if (confirmed.length + expired.length > 0) log.info({ confirmed, expired }, 'requests moved on')
  }
  const uncovered = async () => {
    for (const stopped of await stopUncoveredSources(deps)) log.warn(stopped, 'source stopped')
  }
  const unrun = new Map<string, string>()
  const reference = async () => {
    for (const environment of environments) {
      const { changed, refused } = await publishReferenceData(environment, deps)
      if (changed > 0) log.info({ environment, parts: changed }, 'reference data published')
      const problems = refused.flatMap((part) => part.problems)
      const isNews = unrun.get(environment) !== problems.join()
      if (isNews && problems.length > 0) log.error({ environment, problems }, 'reference data cannot be run')
      unrun.set(environment, problems.join())
    }
  }
  let comparedMs = 0
  const auditTrail = async () => {
    if (Date.now() - comparedMs < dayMs) return
    const broken = await verifyAudit(deps)
    comparedMs = Date.now()
    if (broken) log.error({ says: brokenSealSentence(broken) }, 'the audit trail is not what was sealed')
  }
  const told = new Map<string, string>()
  const feePlans = async () => {
    for (const environment of environments) {
      const hole = await database.asJobs((tx) => findFeePlanHole(tx, environment, now()))
      if (hole && told.get(environment) !== hole.says) log.error({ environment, says: hole.says }, 'no fee plan')
      told.set(environment, hole?.says ?? '')
    }
  }
  return [
    { name: 'standings', everyMs: 500, run: standingsKeeper(deps) },
    { name: 'fee plans', everyMs: 60_000, run: feePlans },
    { name: 'due requests', everyMs: 1000, run: due },
    { name: 'sources without consent', everyMs: 60_000, run: uncovered },
    { name: 'reference data', everyMs: 60_000, run: reference },
    // the figures themselves once a minute; in between only how many copies wait
    { name: 'figures of pictures', everyMs: 5000, run: () => takeFigures(deps) },
    { name: 'old figures of pictures', everyMs: 600_000, run: () => thinFigures(deps) },
    { name: 'audit seals', everyMs: 1000, run: () => sealAuditEvents(database, now()) },
    // the first time soon after a start, then once a day
    { name: 'audit trail', everyMs: 600_000, run: auditTrail },
    { name: 'answers to forms', everyMs: 3_600_000, run: () => forgetAnswers(deps) },
    { name: 'expired sign-ins', everyMs: 60_000, run: () => removeExpiredSessions(database.auth, now()) },
  ]
}

/** What the person at the terminal needs; tests and scripts read the address from it. */
function welcome({ mode }: Config, { url, setUpUrl }: Portal, directory: string): string {
  const signIn = {
    sandbox: 'Sandbox: sign in with one click as any of its people; all firms and people are made up.',
    production: 'Production: sign in with your e-mail address; `drop-copy user invite` prints links for new people.',
  }
  const first = `Production: it is empty. The first administrator sets it up here, once, within 30 minutes:\n${setUpUrl}`
  const how = setUpUrl ? first : signIn[mode]
  return [`Drop Copy Portal is ready: ${url}`, how, `Data: ${directory}`, 'Stop with Ctrl-C.'].join('\n')
}

await main() // last: the constants above must have their values
