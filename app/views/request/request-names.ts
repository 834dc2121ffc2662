import type { Tx } from '#db/client.ts'
import { findFirm } from '#db/queries/people/firms.ts'
import { findUserName } from '#db/queries/people/people.ts'
import { findLastDecisionBy } from '#db/queries/request/decisions.ts'
import type { RequestRecord } from '#db/queries/request/requests.ts'
import { listTargetsOf } from '#db/queries/target/targets.ts'
import type { Sheet } from '#domain/request/round.ts'

/**
 * Who brought the request to its present state, as far as this reader may know: a person by name, a party by the
 * decision that the reader may see, otherwise the firm, or only that it was another firm. Null: the portal itself.
 */
export async function findStateBy(tx: Tx, request: RequestRecord): Promise<string | null> {
  const { id: requestId, stateBy, state, ownerId } = request
  if (stateBy === null) return null
  const name = await findUserName(tx, stateBy)
  if (name) return name
  const decision = await findLastDecisionBy(tx, requestId, stateBy)
  if (decision)
    return `${signerIn(decision.authority)}, ${(await findFirm(tx, decision.firmId))?.name ?? 'another firm'}`
  return (state === 'withdrawn' && (await findFirm(tx, ownerId))?.name) || 'another firm'
}

/** The signer's name from the sentence they signed, because the reader cannot list people of other firms. */
export const signerIn = (authority: string): string =>
  /^I, ([^,]+),/.exec(authority)?.[1] ?? authority.split(',')[0] ?? ''

/** The frozen sheet. The new targets are called by the session ids that they got when the request was published. */
export async function withSessionIds(tx: Tx, request: RequestRecord, sheet: Sheet | null): Promise<Sheet | null> {
  const { groupId, publishedAt } = request
  if (!sheet || !groupId || !publishedAt) return sheet
  const made = await listTargetsOf(tx, groupId, publishedAt)
  const targets = sheet.targets.map((target) => {
    if (!target.isNew) return target
    const real = made.filter(({ sources }) => sources.some(({ name }) => target.sources.includes(name)))
    return real.length > 0 ? { ...target, sessionId: real.map(({ sessionId }) => sessionId).join(', ') } : target
  })
  return { ...sheet, targets }
}
