import type { Actor } from '#domain/people/permissions.ts'
import type { Tx } from '../client.ts'
import type { DraftView } from './request-view.ts'

/** A draft, or a returned request, for the form: what was typed, what is missing, and what it would become. */
export async function findDraftPage(
  _tx: Tx,
  _reader: Actor,
  _number: number,
  _now: Date,
): Promise<DraftView | undefined> {
  throw new Error('unreachable: being written')
}
