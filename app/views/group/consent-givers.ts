import type { Tx } from '#db/client.ts'
import type { ConsentRecord } from '#db/queries/group/consents.ts'
import { listSubmitters } from '#db/queries/request/agreements.ts'
import { listDecisionsById } from '#db/queries/request/decisions.ts'
import { signerIn } from '#views/request/request-names.ts'

/**
 * Who gave each consent, in words, by consent. Only the owner and the clearing firm read the rows with the names; other
 * readers get no name.
 */
export async function listGivers(tx: Tx, consents: readonly ConsentRecord[]): Promise<Map<string, string>> {
  const ids = [...new Set(consents.map((consent) => consent.basisId))]
  const signed = await listDecisionsById(tx, ids)
  const submitted = await listSubmitters(tx, ids)
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
