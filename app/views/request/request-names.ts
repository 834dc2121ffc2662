import type { Tx } from '#db/client.ts'
import type { ShownDecision, ShownRequest } from '#db/queries/request/request-page.ts'
import type { RequestRecord } from '#db/queries/request/requests.ts'
import { listCarriers } from '#db/queries/target/targets.ts'
import type { Sheet } from '#domain/request/round.ts'

/**
 * Who brought the request to its present state, as far as this reader may know: a person by name, a party by the
 * decision that the reader may see, otherwise the firm, or only that it was another firm. Null: the portal itself.
 */
export function stateByOf(
  { request, mover, ownerName }: Pick<ShownRequest, 'request' | 'mover' | 'ownerName'>,
  decisions: readonly ShownDecision[],
): string | null {
  if (request.stateBy === null) return null
  if (mover) return mover.name
  const last = decisions.findLast(({ decision }) => decision.decidedBy === request.stateBy)
  if (last) return `${signerIn(last.decision.authority)}, ${last.firmName ?? 'another firm'}`
  return (request.state === 'withdrawn' && ownerName) || 'another firm'
}

/** The signer's name from the sentence they signed, because the reader cannot list people of other firms. */
export const signerIn = (authority: string): string =>
  /^I, ([^,]+),/.exec(authority)?.[1] ?? authority.split(',')[0] ?? ''

/** The frozen sheet. The new targets are called by the session ids that they got when the request was published. */
export async function withSessionIds(tx: Tx, request: RequestRecord, sheet: Sheet | null): Promise<Sheet | null> {
  const { groupId, publishedAt } = request
  if (!groupId || !publishedAt || !sheet?.targets.some(({ isNew }) => isNew)) return sheet
  const carriers = await listCarriers(tx, groupId, publishedAt)
  const targets = sheet.targets.map((target) => {
    if (!target.isNew) return target
    const carried = new Set(target.sources)
    const real = carriers.filter(({ source }) => carried.has(source)).map(({ sessionId }) => sessionId)
    return real.length > 0 ? { ...target, sessionId: [...new Set(real)].join(', ') } : target
  })
  return { ...sheet, targets }
}
