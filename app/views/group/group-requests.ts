import type { Tx } from '#db/client.ts'
import { listFirmRefs } from '#db/queries/people/firms.ts'
import { listApprovalsOfGroup } from '#db/queries/request/decisions.ts'
import { listAgreedInGroup, listAgreements } from '#views/request/agreements.ts'
import { listRequestsOfGroup } from '#views/request/request-list.ts'
import { signerIn } from '#views/request/request-names.ts'
import type { OpenedGroup } from './group-page.ts'
import type { GroupRequests } from './group-view.ts'

/**
 * The requests of a group; who agreed to what, in the signer's words, newest first: approvals that were not taken back,
 * and consents by submission; and what the reader's own firm signed, as the signer saw it.
 */
export async function findGroupRequests(tx: Tx, { group, reader, now }: OpenedGroup): Promise<GroupRequests> {
  const rows = await listApprovalsOfGroup(tx, group.id)
  const refs = await listFirmRefs(tx, [...new Set(rows.map((row) => row.decision.firmId))], now)
  const approved = rows.map(({ decision, requestNumber }) => ({
    firmName: refs.get(decision.firmId)?.name ?? '',
    by: signerIn(decision.authority),
    at: decision.decidedAt,
    sentence: decision.authority,
    requestNumber,
  }))
  const submitted = (await listAgreedInGroup(tx, group.id)).map(({ slice, by, at, sentence, requestNumber }) => {
    return { firmName: slice.firm.name, by, at, sentence, requestNumber }
  })
  return {
    requests: await listRequestsOfGroup(tx, reader, group.id),
    signed: [...approved, ...submitted].sort((a, b) => b.at.getTime() - a.at.getTime()),
    agreed: await listAgreements(tx, reader.firmId, group.id),
  }
}
