import { asSystem } from '#db/client.ts'
import { endContacts, listContacts } from '#db/queries/group/contacts.ts'
import { findGroup } from '#db/queries/group/groups.ts'
import { mayEndContact } from '#domain/group/contacts.ts'
import type { EndContactInput } from '#domain/group/input.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { ok, refuse } from '#domain/result.ts'
import { audit, type CommandAnswer, runCommand } from '#services/command.ts'
import type { Deps } from '#services/deps.ts'

/**
 * End one person's authority over a group for one clearing firm, at once: narrowing needs one person and a reason.
 * Consents, and requests that the person submitted, stay valid. Naming the person again takes a request.
 */
export function endContact(input: EndContactInput, actor: Actor, deps: Deps): CommandAnswer<{ groupId: string }> {
  const { groupId, contactId, reason } = input
  const about = { action: 'contact.end', objectKind: 'group', objectId: groupId, reason }
  return runCommand(deps, actor, input, about, async (tx, now): CommandAnswer<{ groupId: string }> => {
    const group = await findGroup(tx, groupId)
    const seen = await listContacts(tx, groupId, now)
    const contact = seen.find((one) => one.id === contactId)
    if (!group) return refuse({ code: 'not-found' })
    if (!contact) return refuse({ code: 'contact-ended' })
    if (!mayEndContact(contact, actor, seen)) return refuse({ code: 'not-allowed', needs: 'clearing-signatory' })
    await asSystem(tx, () => endContacts(tx, { groupId, id: contactId }, { by: actor.userId, reason, now }))
    const { name, email, authorizedBy } = contact
    for (const forFirm of new Set([group.ownerId, authorizedBy]))
      await audit(tx, actor, 'contact.end', now, {
        objectKind: 'group',
        objectId: groupId,
        forFirm,
        reason,
        before: { name, email, authorizedBy },
      })
    return ok({ groupId })
  })
}
