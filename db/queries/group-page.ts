import type { Actor } from '#domain/people/permissions.ts'
import type { Tx } from '../client.ts'
import type { GroupView } from './group-view.ts'

/** One group: what was agreed, who signed it, what runs. Undefined: not there, or not this reader's to see. */
export async function findGroupPage(
  _tx: Tx,
  _reader: Actor,
  _groupId: string,
  _now: Date,
): Promise<GroupView | undefined> {
  throw new Error('unreachable: being written')
}
