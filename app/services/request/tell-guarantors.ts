import type { Tx } from '#db/client.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { itemsFor } from '#domain/request/items.ts'
import { audit } from '#services/command.ts'
import type { Publishing } from './apply-items.ts'

/**
 * An event for each clearing firm whose sessions were in the group or come into it: what of the
 * publication concerns them, and why it was asked for. A firm that did not have to agree learns here that
 * its sessions leave, or that their level is lowered.
 */
export async function tellGuarantors(
  tx: Tx,
  { request, round, facts }: Publishing,
  version: number,
  actor: Actor,
  now: Date,
): Promise<void> {
  const { document, sheet } = round
  const reason = (document.kind === 'new-group' ? document.purpose : document.reason) || null
  const sources = [...facts.sources.values()]
  const firms = new Map(sources.flatMap((source) => source.guarantors).map((firm) => [firm.id, firm]))
  for (const { id: forFirm, code } of firms.values()) {
    if (forFirm === request.ownerId) continue
    const own = sources.filter(({ guarantors }) => guarantors.some((firm) => firm.id === forFirm))
    const items = itemsFor(
      sheet.items,
      code,
      own.map((source) => source.name),
    )
    if (items.length === 0) continue
    await audit(tx, actor, 'request.publish', now, {
      objectKind: 'group', // the request is seen by its parties alone
      objectId: request.groupId,
      forFirm,
      reason,
      after: { version, items, request: request.number },
    })
  }
}
