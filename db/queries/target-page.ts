import type { Actor } from '#domain/people/permissions.ts'
import type { Tx } from '../client.ts'
import type { TargetView } from './group-view.ts'

/** One target by its session id: connection data, credentials, state and figures. */
export async function findTargetPage(
  _tx: Tx,
  _reader: Actor,
  _sessionId: string,
  _now: Date,
): Promise<TargetView | undefined> {
  throw new Error('unreachable: being written')
}
