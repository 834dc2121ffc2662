import type { Tx } from '#db/client.ts'
import { listEndedContacts } from '#db/queries/group/contacts.ts'
import { listStops } from '#db/queries/group/stops.ts'
import type { EndedContact, Withdrawal } from '#domain/request/answers.ts'

/**
 * What clearing firms withdrew from a group. A withdrawal that a later signature has overcome revokes nothing any more,
 * but still cancels every answer older than itself.
 */
export async function withdrawalsOf(tx: Tx, groupId: string | null): Promise<Withdrawal[]> {
  if (!groupId) return []
  return (await listStops(tx, groupId)).flatMap(({ source, firmId, cause, revokes, at, liftedAt }) =>
    cause === 'withdrawn' && firmId
      ? [{ source, clearingFirmId: firmId, revokes: revokes && !liftedAt, atMs: at.getTime() }]
      : [],
  )
}

/** People whose authority over a group was ended, and when; without those whom the same request named again. */
export async function endedContactsOf(tx: Tx, groupId: string | null): Promise<EndedContact[]> {
  if (!groupId) return []
  return (await listEndedContacts(tx, groupId)).flatMap(({ email, authorizedBy, during: { until } }) =>
    until ? [{ email, clearingFirmId: authorizedBy, atMs: until.getTime() }] : [],
  )
}
