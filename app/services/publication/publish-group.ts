import type { Tx } from '#db/client.ts'
import type { Result } from '#domain/result.ts'
import { stopUncovered } from '#services/group/stop-uncovered.ts'
import type { Refused } from '#services/refused.ts'
import { type Publication, publishRows } from './publish-parts.ts'

/**
 * Publish what the wanted tables now say of one group, at the end of a transaction that changed them. First, in a
 * version of its own, every source of the environment that flows without a guarantor's consent is taken out, no matter
 * how its rows were written. `number` is the newest version then, `changed` how many parts of the group it changed; a
 * change that no part shows makes no version.
 */
export async function publishGroup(
  tx: Tx,
  publication: Publication,
  now: Date,
): Promise<Result<{ number: number; changed: number }, Refused>> {
  await stopUncovered(tx, now, publication.environment)
  return publishRows(tx, publication, now)
}
