import { writeAge } from '../figures.ts'
import { type Heard, isSilent, silent } from './state.ts'

/**
 * One reason not to be ready, as `/readyz` gives it; of a connector with its environment and shard. `says` is for a
 * person and names no address and no secret.
 */
export type NotReady = {
  part: 'database' | 'connector'
  environment?: string
  shard?: string
  code: string
  says: string
}

/** What is known of the connector of a shard. */
type ConnectorStanding = {
  environment: string
  shard: string
  /** The process that the portal supervises; undefined: it runs elsewhere, so only its reports tell. */
  child: 'starting' | 'running' | 'down' | 'stopped' | undefined
  heard: Heard
  /** Its newest report; undefined: there has never been one. */
  report: { state: string; runningVersion: number | null } | undefined
}

/**
 * Why a connector does not do its work, the cause before what follows from it: a connector that is down is silent as
 * well, and the reason is that it is down. Empty: it runs a configuration and says so.
 */
export function connectorReasons({ environment, shard, child, heard, report }: ConnectorStanding): NotReady[] {
  const not = (code: string, says: string): NotReady[] => [{ part: 'connector', environment, shard, code, says }]
  const ended = processReasons({ environment, shard }, child)
  if (ended.length > 0) return ended
  const { refusal, doubt } = heard
  if (refusal) return not('refused-to-lead', `${refusal.says} ${refusal.remedy}`)
  if (report === undefined) return not('never-ran', 'The connector has never run: nothing was ever reported.')
  if (child === 'starting') return not('starting', 'The connector has started and runs no configuration yet.')
  if (report.state === 'stopped') return not('stopped', `The connector stopped ${writeAge(heard.agoMs ?? 0)} ago.`)
  if (isSilent(heard)) return not('silent', silent(heard).sentence)
  if (report.runningVersion === null) return not('no-configuration', 'The connector runs no configuration yet.')
  return doubt === undefined ? [] : not('took-over', doubt)
}

/** The reasons that the process alone tells, even while the database cannot be asked for its reports. */
export function processReasons(
  of: Pick<ConnectorStanding, 'environment' | 'shard'>,
  child: ConnectorStanding['child'],
): NotReady[] {
  const not = (code: string, says: string): NotReady[] => [{ part: 'connector', ...of, code, says }]
  if (child === 'down') return not('down', 'The connector has ended; it is started again.')
  return child === 'stopped' ? not('stopped', 'The connector has been stopped.') : []
}
