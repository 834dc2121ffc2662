import { and, eq, inArray } from 'drizzle-orm'
import type { Tx } from '#db/client.ts'
import type { ConsentRecord } from '#db/queries/group/consents.ts'
import { decisions, requestParties, requests } from '#db/schema/requests.ts'
import { signerIn } from '#views/request/request-names.ts'

/** By consent: who gave it, in words. Its owner and the clearing firm read the rows that say so; anybody else gets no name. */
export async function listGivers(tx: Tx, consents: readonly ConsentRecord[]): Promise<Map<string, string>> {
  const ids = [...new Set(consents.map((consent) => consent.basisId))]
  if (ids.length === 0) return new Map()
  const signed = await tx.select().from(decisions).where(inArray(decisions.id, ids))
  const submitted = await tx
    .select({ id: requests.id, number: requests.number, firmId: requestParties.firmId, by: requestParties.submitter })
    .from(requestParties)
    .innerJoin(requests, and(eq(requests.id, requestParties.requestId), eq(requests.round, requestParties.round)))
    .where(and(inArray(requests.id, ids), eq(requestParties.metBy, 'submission')))
  return new Map(
    consents.flatMap(({ id, basis, basisId, clearingFirmId }): [string, string][] => {
      if (basis === 'exchange') return [[id, 'the exchange']]
      const decision = signed.find((one) => one.id === basisId)
      if (decision) return [[id, `${signerIn(decision.authority)}, by signature`]]
      const request = submitted.find((one) => one.id === basisId && one.firmId === clearingFirmId)
      return request ? [[id, `${request.by}, by submitting request ${request.number}`]] : []
    }),
  )
}
