import { setTimeout as wait } from 'node:timers/promises'
import type { Database, Tx } from '#db/client.ts'
import { findOutcome, listConnectors } from '#db/queries/session-commands.ts'
import type { Environment } from '#domain/reference/environment.ts'

type Outcome = { isDone: boolean; says: string }

/** What was asked of the connector, and how to see whether it has answered; or why it was not asked. */
export type Told = { refused: string } | { waiting: string; poll(): Promise<Outcome | undefined> }

const patienceMs = 20_000
/** For one that nothing was heard of: it may just be starting. */
const shortPatienceMs = 3_000
const everyMs = 200
/** A connector reports once a second. */
const silentMs = 10_000

/** Prints what became of it. @returns the exit code */
export async function answered(
  { waiting, poll }: Exclude<Told, { refused: string }>,
  isHeardOf: boolean,
): Promise<number> {
  for (
    const deadline = Date.now() + (isHeardOf ? patienceMs : shortPatienceMs);
    Date.now() < deadline;
    await wait(everyMs)
  ) {
    const outcome = await poll()
    if (!outcome) continue
    if (outcome.isDone) console.log(outcome.says)
    else console.error(outcome.says)
    return outcome.isDone ? 0 : 1
  }
  console.log(`${isHeardOf ? 'The connector has not answered' : 'No connector runs'}: ${waiting}.`)
  return 4
}

export const whenAnswered = (database: Database, id: string) => async (): Promise<Outcome | undefined> => {
  const outcome = await database.asJobs((tx) => findOutcome(tx, id))
  return outcome && { isDone: outcome.state === 'done', says: outcome.says }
}

export const whenInForce =
  (database: Database, environment: Environment, version: number) => async (): Promise<Outcome | undefined> => {
    const connectors = await database.asJobs(listConnectors)
    const running = connectors.get(environment)?.runningVersion ?? -1
    return running < version ? undefined : { isDone: true, says: `In force, with version ${version}.` }
  }

export async function isHeard(tx: Tx, environment: Environment): Promise<boolean> {
  const connector = (await listConnectors(tx)).get(environment)
  return connector?.state === 'running' && Date.now() - connector.heardAt.getTime() < silentMs
}
