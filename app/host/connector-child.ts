import { join } from 'node:path'
import type { Config } from '#app/config.ts'
import { type Child, superviseChild } from './child.ts'
import type { Installation } from './installation.ts'
import type { Logger } from './log.ts'

/** How long the connector may take to write down what it holds and log its clients out. */
const drainMs = 20_000

/**
 * The connector as the portal's child; undefined when the connector runs under its own supervisor. `takeOver` is passed
 * on until the connector leads: after a later restart, the connector must not take over from another leader.
 */
export function startConnector(options: {
  config: Config
  installation: Installation
  cli: string
  takeOver: string | undefined
  log: Logger
}): Child | undefined {
  const { config, installation, cli, takeOver, log } = options
  if (config.connector === 'external') return undefined
  const data = join(installation.directory, 'connector')
  return superviseChild({
    name: 'connector',
    entry: cli,
    args: [
      'connector',
      '--environment',
      config.environment,
      '--data',
      data,
      '--sealing-key',
      installation.sealingKeyPath,
      '--log-level',
      childLevel(config.logLevel),
      ...(config.connectorMetrics === undefined ? [] : ['--metrics', config.connectorMetrics]),
    ],
    argsUntilReady: takeOver === undefined ? [] : [`--lead-from-behind=${takeOver}`],
    secretArgs: ['--database', installation.urls.dc_connector],
    env: config.childEnvironment,
    log,
    graceMs: drainMs,
  })
}

/** The child has no level `trace`, and always reports fatal errors. */
const childLevel = (level: Config['logLevel']) => (level === 'trace' ? 'debug' : level === 'silent' ? 'fatal' : level)
