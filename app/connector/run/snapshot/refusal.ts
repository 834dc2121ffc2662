import type { Worker } from '#connector/run/worker.ts'
import type { Snapshot } from '#domain/configuration/snapshot.ts'
import { noIdsLeft } from './ids.ts'

/** Why a whole snapshot is not run: `problem` has its JSON path for the author, `says` is for the status page. */
type Refusal = { problem: string; says: string }

/**
 * undefined: the snapshot may be run. A lower number than has run here is never run, whatever was restored, even if
 * that number is gone from the database.
 */
export function refusal(worker: Worker, snapshot: Snapshot, digest: string): Refusal | undefined {
  const { shard } = snapshot
  if (shard !== worker.shard)
    return {
      problem: otherShard(shard, worker.shard),
      says: `The wanted configuration is that of shard ${shard}, and this connector leads shard ${worker.shard}: what ran last runs on.`,
    }
  const { version, digest: inForce } = worker.core.state.data
  const runsOn = `what ran last runs on until a version above ${version} is wanted.`
  if (snapshot.version < version)
    return {
      problem: `version: ${snapshot.version} is older than ${version}, which has run here`,
      says: `The wanted configuration is version ${snapshot.version}, older than version ${version}, which has run here: ${runsOn}`,
    }
  if (snapshot.version === version && digest !== inForce)
    return {
      problem: `version: ${version} has run here with other content; give the changed configuration a higher number`,
      says: `Version ${version} of the wanted configuration is not the one that has run here under that number: ${runsOn}`,
    }
  if (snapshot.version === version) return undefined
  const noIds = noIdsLeft(worker.core, snapshot)
  return noIds === undefined ? undefined : { problem: noIds, says: `The wanted configuration cannot be run: ${noIds}.` }
}

/** For the author of a snapshot who gave it to the connector of another shard. */
export const otherShard = (wanted: string, led: string): string =>
  `shard: ${wanted} is not the shard of this connector, which is ${led}`
