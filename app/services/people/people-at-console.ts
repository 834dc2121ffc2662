import type { Tx } from '#db/client.ts'
import { findInvitingFirm } from '#db/queries/people/firm-domains.ts'
import { findFirmByNameOrCode } from '#db/queries/people/firms.ts'
import { listCodePassers, listWaitingInvitations, lockPeople } from '#db/queries/people/invitations.ts'
import { findUser, findUserByEmail } from '#db/queries/people/people.ts'
import { email as emailSchema, plainEmail } from '#domain/people/email.ts'
import { personName } from '#domain/people/input.ts'
import { isFirstAdministrator } from '#domain/people/invite.ts'
import { type Role, roleConflict } from '#domain/people/roles.ts'
import { ok, type Result, refuse } from '#domain/result.ts'
import type { Operator } from '#domain/target/rights.ts'
import { audit } from '#services/command.ts'
import type { Deps } from '#services/deps.ts'
import { addPerson, addressRefusal, makeLink } from './invite-user.ts'
import { giveCode } from './pass-code.ts'

type AtConsole<T> = Result<T, { code: 'cannot-invite'; sentence: string }>

const cannot = (sentence: string) => refuse({ code: 'cannot-invite', sentence } as const)

/**
 * Invite from the installation's command line: the exchange's people, and a firm's first administrator. A person who is
 * already known gets a new link and nothing else. As with every link, somebody else has to pass on the code. As
 * `dc_jobs`.
 */
export async function inviteAtConsole(
  tx: Tx,
  input: { email: string; firm: string | undefined; roles: readonly Role[]; name: string | undefined },
  by: Operator,
  deps: Pick<Deps, 'newId' | 'randomBytes'>,
  now: Date,
): Promise<AtConsole<{ token: string; expiresAt: Date; isNew: boolean }>> {
  const address = emailSchema.safeParse(input.email)
  if (!address.success) return cannot(`${input.email} is not an e-mail address`)
  const { data: email } = address
  const name = personName.safeParse(input.name ?? email.split('@')[0])
  if (!name.success) return cannot(`--name: ${name.error.issues[0]?.message}`)
  await lockPeople(tx)
  const id = (await findUserByEmail(tx, email))?.id
  const known = id === undefined ? undefined : await findUser(tx, id)
  if (known?.state === 'disabled') return cannot(`${email} is disabled`)
  if (known) {
    await audit(tx, null, 'user.renew-link', now, { ...objectOf(known.id, known.firmId), after: { ...by } })
    return ok({ ...(await makeLink(tx, known.id, null, deps, now)), isNew: false })
  }
  if (input.firm === undefined || input.roles.length === 0) return cannot('a new person needs --firm and --role')
  const firmId = await findFirmByNameOrCode(tx, input.firm, now)
  const firm = firmId && (await findInvitingFirm(tx, firmId, now))
  if (!firm) return cannot(`there is no firm "${input.firm}"`)
  const conflict = roleConflict(input.roles, firm.isExchange)
  if (conflict) return cannot(conflict)
  if (!firm.isExchange && !isFirstAdministrator(firm, input.roles))
    return cannot(
      firm.hasAdministrator
        ? `${firm.name} has an administrator, who invites its people`
        : `${firm.name} has no administrator yet: invite one with --role firm-admin alone, who invites the others`,
    )
  if (await addressRefusal(tx, email, firm))
    return cannot(`${email} is at no e-mail domain of ${firm.name} (${firm.domains.join(', ') || 'it has none'})`)
  const person = { id: deps.newId(), firmId: firm.id, email, name: name.data }
  await addPerson(tx, person, input.roles, null, now)
  const after = { email, roles: input.roles, ...by }
  await audit(tx, null, 'user.invite', now, { ...objectOf(person.id, firm.id), after })
  return ok({ ...(await makeLink(tx, person.id, null, deps, now)), isNew: true })
}

/**
 * Take the code of somebody's link on the installation's command line. This works only where nobody who may pass the
 * code on can sign in: so an installation with one administrator gets its second, and the only one comes back after a
 * lost password. As `dc_auth`.
 */
export async function codeAtConsole(
  tx: Tx,
  typed: string,
  by: Operator,
  deps: Pick<Deps, 'randomBytes'>,
  now: Date,
): Promise<AtConsole<{ code: string; expiresAt: Date }>> {
  const email = plainEmail(typed)
  const known = await findUserByEmail(tx, email)
  const [link] = known ? await listWaitingInvitations(tx, now, [known.id]) : []
  if (!link) return cannot(`no link waits for ${email}; make one with drop-copy user invite`)
  const passers = await listCodePassers(tx, link, now)
  if (passers.length > 0) return cannot(`${passers.join(' or ')} passes this code on, under Administration`)
  const code = await giveCode(tx, link, null, deps, now)
  await audit(tx, null, 'user.pass-code', now, { ...objectOf(link.userId, link.firmId), after: { ...by } })
  return ok({ code, expiresAt: link.expiresAt })
}

const objectOf = (userId: string, firmId: string) => ({ objectKind: 'user', objectId: userId, forFirm: firmId })
