import { asSystem, type Tx } from '#db/client.ts'
import { findInvitingFirm } from '#db/queries/people/firm-domains.ts'
import { insertInvitation, lockPeople } from '#db/queries/people/invitations.ts'
import { findUserByEmail, grantRoles, insertUser } from '#db/queries/people/people.ts'
import { hex } from '#domain/credential/secret.ts'
import type { InviteUserInput } from '#domain/people/input.ts'
import { type InvitingFirm, inviteRefusal, isAddressOf } from '#domain/people/invite.ts'
import type { Actor } from '#domain/people/permissions.ts'
import type { Role } from '#domain/people/roles.ts'
import { ok, refuse } from '#domain/result.ts'
import { audit, type CommandAnswer, runCommand } from '#services/command.ts'
import { type Deps, sha256 } from '#services/deps.ts'
import type { Refused } from '#services/refused.ts'

export type Invited = {
  userId: string
  email: string
  expiresAt: string
  /** for the link; only in this answer, and useless without the code that another person passes on */
  token: string | null
}

/** Name a new person of a firm, give them roles, and make the single-use link with which they choose a password. */
export async function inviteUser(input: InviteUserInput, actor: Actor, deps: Deps): CommandAnswer<Invited> {
  const { firmId, email, name, roles } = input
  const about = { action: 'user.invite', objectKind: 'firm', objectId: firmId }
  let made: string | null = null // not in the answer, which is kept: what opens an account must not be
  const answer = await runCommand(deps, actor, input, about, async (tx, now): CommandAnswer<Omit<Invited, 'token'>> => {
    await lockPeople(tx)
    const firm = await asSystem(tx, () => findInvitingFirm(tx, firmId, now))
    if (!firm) return refuse({ code: 'not-found' })
    const barred = inviteRefusal(actor, firm, roles)
    if (barred) return refuse(barred)
    return asSystem(tx, async () => {
      const unfit = await addressRefusal(tx, email, firm)
      if (unfit) return refuse(unfit)
      const person = { id: deps.newId(), firmId, email, name }
      await addPerson(tx, person, roles, actor.userId, now)
      const { token, expiresAt } = await makeLink(tx, person.id, actor.userId, deps, now)
      const done = { objectKind: 'user', objectId: person.id, forFirm: firmId, after: { email, roles } }
      await audit(tx, actor, 'user.invite', now, done)
      made = token
      return ok({ userId: person.id, email, expiresAt: expiresAt.toISOString() })
    })
  })
  return answer.ok ? ok({ ...answer.value, token: made }) : answer
}

/**
 * Refuses an address outside the firm's domains, or one already in use. Both refusals are the same, and so say nothing
 * about people of other firms.
 */
export async function addressRefusal(tx: Tx, email: string, firm: InvitingFirm): Promise<Refused | undefined> {
  const isFit = isAddressOf(email, firm.domains) && !(await findUserByEmail(tx, email))
  return isFit ? undefined : { code: 'address-refused', firm: firm.name, domains: [...firm.domains] }
}

/** `grantedBy` null: the installation's command line. */
export async function addPerson(
  tx: Tx,
  person: { id: string; firmId: string; email: string; name: string },
  roles: readonly Role[],
  grantedBy: string | null,
  now: Date,
): Promise<void> {
  await insertUser(tx, person)
  await grantRoles(tx, person, [...new Set(roles)], grantedBy, now)
}

/** A link of 256 bits, of which only the sha256 is stored. `invitedBy` null: the installation's command line. */
export async function makeLink(
  tx: Tx,
  userId: string,
  invitedBy: string | null,
  { randomBytes }: Pick<Deps, 'randomBytes'>,
  now: Date,
): Promise<{ token: string; expiresAt: Date }> {
  const token = hex(randomBytes(32))
  return { token, expiresAt: await insertInvitation(tx, { tokenHash: sha256(token), userId, invitedBy }, now) }
}
