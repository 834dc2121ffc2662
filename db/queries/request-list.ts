import type { Actor } from '#domain/people/permissions.ts'
import type { Environment } from '#domain/reference/environment.ts'
import type { Tx } from '../client.ts'
import type { RequestList } from './request-view.ts'

/** Requests that this reader sees, those waiting for them first, then the newest. */
export async function listRequests(_tx: Tx, _reader: Actor, _environment: Environment): Promise<RequestList> {
  throw new Error('unreachable: being written')
}

/** How many wait for this reader: the figure beside "Requests". */
export async function countWaiting(_tx: Tx, _reader: Actor, _environment: Environment): Promise<number> {
  throw new Error('unreachable: being written')
}
