import { setTimeout as wait } from 'node:timers/promises'
import type { Database, Tx } from '#db/client.ts'
import {
  type ConnectorRecord,
  connectorOf,
  findOutcome,
  listConnectors,
} from '#db/queries/connector/session-commands.ts'
import { listShards } from '#db/queries/feed/feeds.ts'
import { runningVersion } from '#domain/publication/runs.ts'
import type { Environment } from '#domain/reference/environment.ts'
import { isSilent } from '#domain/status/state.ts'
import { print, printNote } from './terminal.ts'

type Outcome = { isDone: boolean; says: string }

/** What was asked of the connector, and how to poll for its answer; or why the connector was not asked. */
export type Told = { refused: string } | { waiting: string; poll(): Promise<Outcome | undefined> }

const patienceMs = 20_000
/** How long to wait for a connector that was never heard of: it may just be starting. */
const shortPatienceMs = 3_000
const everyMs = 200

/** Prints the outcome. @returns the exit code */
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
    if (outcome.isDone) print(outcome.says)
    else printNote(outcome.says)
    return outcome.isDone ? 0 : 1
  }
  print(`${isHeardOf ? 'The connector has not answered' : 'No connector runs'}: ${waiting}.`)
  return 4
}

export const whenAnswered = (database: Database, id: string) => async (): Promise<Outcome | undefined> => {
  const outcome = await database.asJobs((tx) => findOutcome(tx, id))
  return outcome && { isDone: outcome.state === 'done', says: outcome.says }
}

/** What a publication is about: without a shard, all shards of the environment. */
export type About = { environment: Environment; shard?: string }

export const whenInForce =
  (database: Database, about: About, version: number) => async (): Promise<Outcome | undefined> => {
    const { shards, connectors } = await database.asJobs((tx) => listConcerned(tx, about))
    return runningVersion(shards, connectors) >= version
      ? { isDone: true, says: `In force, with version ${version}.` }
      : undefined
  }

export async function isHeard(tx: Tx, about: About): Promise<boolean> {
  const { shards, connectors } = await listConcerned(tx, about)
  const isHeardIn = ({ state, heardAt }: ConnectorRecord) =>
    state === 'running' && !isSilent({ agoMs: Date.now() - heardAt.getTime() })
  return connectors.length === shards.length && connectors.every(isHeardIn)
}

/** The shards that a publication is about, and the connector of each that was ever heard of. */
async function listConcerned(tx: Tx, { environment, shard }: About) {
  const shards = shard === undefined ? await listShards(tx, environment) : [shard]
  const connectors = await listConnectors(tx, environment)
  return { shards, connectors: shards.flatMap((one) => connectorOf(connectors, { environment, shard: one }) ?? []) }
}
