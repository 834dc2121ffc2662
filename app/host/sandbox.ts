import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { and, eq } from 'drizzle-orm'
import type { Config } from '#app/config.ts'
import { emptyDatabase } from '#db/empty-database.ts'
import { sourceSessions } from '#db/schema/sources.ts'
import { type Seeded, sandboxFeed, seedSandbox } from '#db/seed.ts'
import { publishReferenceData } from '#services/reference/publish-reference.ts'
import { type Child, superviseChild } from './child.ts'
import type { Installation } from './installation.ts'
import type { Logger } from './log.ts'

/** Where feeds and targets of the sandbox listen: this machine alone, whatever HOST says. */
export const sandboxHost = '127.0.0.1'

/** Source messages a second, over all sources. */
const ratePerS = 10

interface Parts {
  config: Config
  installation: Installation
  cli: string
  log: Logger
  now(): Date
}

/**
 * Fill the sandbox at its first start, and let its configuration follow the ports that are set. The simulated client's
 * password is kept in the data directory, readable by its owner alone.
 */
export async function fillSandbox({ config, installation, log, now }: Parts): Promise<void> {
  const { database } = installation
  const { target, targetBackup } = config.ports
  const { seal } = installation
  const deps = { now, newId: randomUUID, randomBytes: (length: number) => randomBytes(length), seal }
  const feed = { host: sandboxHost, port: config.ports.feed }
  const listen = [
    { role: 'primary' as const, host: sandboxHost, port: target },
    { role: 'backup' as const, host: sandboxHost, port: targetBackup },
  ]
  await seedWhole(installation, () => seedSandbox(database, deps, { feed, listen }))
  const addresses = { feedId: sandboxFeed, feed, listen }
  const { changed } = await publishReferenceData('sandbox', { ...deps, asJobs: database.asJobs }, addresses)
  if (changed > 0) log.info({ parts: changed }, 'reference data published')
}

/** The seed takes many transactions: one that was interrupted is removed and started again at the next start. */
async function seedWhole(installation: Installation, seed: () => Promise<Seeded | undefined>): Promise<void> {
  const unfinished = join(installation.directory, 'sandbox-being-filled')
  if (existsSync(unfinished)) await emptyDatabase(installation.ownerUrl)
  writeFileSync(unfinished, '')
  const seeded = await seed()
  if (seeded) writeFileSync(clientFile(installation), JSON.stringify(seeded.client), { mode: 0o600 })
  rmSync(unfinished)
}

const clientFile = ({ directory }: Installation) => join(directory, 'simulated-client.json')

/** What the simulated gateway plays. */
export async function simulatedSources({ database }: Installation): Promise<string[]> {
  const here = and(eq(sourceSessions.feedId, sandboxFeed), eq(sourceSessions.state, 'open'))
  const sources = await database.asJobs((tx) => tx.select().from(sourceSessions).where(here))
  return sources.map(({ sessionCode, executionCode }) => sessionCode + executionCode)
}

/**
 * The other ends of the connector: a gateway with its order flow, and the client of
 * one of the two groups. Needs no database.
 */
export function startSimulation(parts: Parts, sources: readonly string[]): Child[] {
  const client = startClient(parts)
  return client ? [startGateway(parts, sources), client] : [startGateway(parts, sources)]
}

function startGateway({ config, installation, cli, log }: Parts, names: readonly string[]): Child {
  const state = join(installation.directory, 'gateway-sim.state')
  const flow = ['--sources', names.join(), '--rate', String(ratePerS), '--state', state]
  const args = ['gateway-sim', '--connect', `${sandboxHost}:${config.ports.feed}`, ...flow]
  return superviseChild({ name: 'gateway-sim', entry: cli, args, env: config.childEnvironment, log })
}

function startClient({ config, installation, cli, log }: Parts): Child | undefined {
  const file = clientFile(installation)
  if (!existsSync(file)) return undefined
  const { sessionId, secret } = JSON.parse(readFileSync(file, 'utf8')) as Seeded['client'] // written above
  const { target, targetBackup } = config.ports
  const where = ['--host', sandboxHost, '--port', String(target), '--backup', `${sandboxHost}:${targetBackup}`]
  const state = join(installation.directory, 'simulated-client.state')
  const args = ['client', ...where, '--session', sessionId, '--state', state, '--quiet', '--refusals', '0']
  const secretArgs = ['--password', secret]
  return superviseChild({ name: 'client', entry: cli, args, secretArgs, env: config.childEnvironment, log })
}
