import type { Tx } from '#db/client.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { itemsFor } from '#domain/request/items.ts'
import { audit } from '#services/command.ts'
import type { Publishing } from './apply-items.ts'

/**
 * Write an event for each clearing firm whose sessions were in the group or come into it: the part of the publication
 * that concerns the firm, and why it was asked for. So a firm whose agreement was not needed learns that its sessions
 * leave or that their level is lowered.
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
      objectKind: 'group', // only its parties see the request
      objectId: request.groupId,
      forFirm,
      reason,
      after: { version, items, request: request.number },
    })
  }
}
