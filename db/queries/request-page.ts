import type { Actor } from '#domain/people/permissions.ts'
import type { Tx } from '../client.ts'
import type { RequestView } from './request-view.ts'

/** One request by number, as this reader may see it. A draft that was never submitted is on its own page. */
export async function findRequestPage(
  _tx: Tx,
  _reader: Actor,
  _number: number,
  _now: Date,
): Promise<RequestView | undefined> {
  throw new Error('unreachable: being written')
}
