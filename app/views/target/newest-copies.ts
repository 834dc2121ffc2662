import type { Tx } from '#db/client.ts'
import { listRecentCopies } from '#db/queries/target/recent-copies.ts'
import type { Environment } from '#domain/reference/environment.ts'
import type { RecentCopy } from '#domain/status/observed.ts'

/**
 * The newest copies of a target, newest first. They hold messages' content, so only the owner's people may see them.
 */
export const listNewestCopies = (tx: Tx, environment: Environment, sessionId: string): Promise<RecentCopy[]> =>
  listRecentCopies(tx, environment, sessionId)
