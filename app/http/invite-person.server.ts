import { and, eq, sql } from 'drizzle-orm'
import { recordEvent } from '#db/audit.ts'
import type { Tx } from '#db/client.ts'
import { covers } from '#db/schema/columns.ts'
import { firmCodes, firms } from '#db/schema/firms.ts'
import { roleGrants, users } from '#db/schema/users.ts'
import { type Role, rolesOf } from '#domain/people/roles.ts'
import { ok, type Result, refuse } from '#domain/result.ts'
import { createInvitation } from './invitations.server.ts'

export type Invited = Result<
  { token: string; expiresAt: Date; isNew: boolean },
  { code: 'cannot-invite'; sentence: string }
>

const cannot = (sentence: string) => refuse({ code: 'cannot-invite', sentence } as const)

/**
 * The installation's own invitation, from its command line: nobody's grant. A new person gets the roles; one who is known already
 * gets a new link and nothing else. As `dc_jobs`.
 */
export async function invitePerson(
  tx: Tx,
  input: { email: string; firm: string | undefined; roles: readonly Role[]; name: string | undefined },
  now: Date,
): Promise<Invited> {
  const email = input.email.toLowerCase()
  const [known] = await tx
    .select()
    .from(users)
    .where(eq(sql`lower(${users.email})`, email))
  if (known?.state === 'disabled') return cannot(`${email} is disabled`)
  if (known) return ok({ ...(await createInvitation(tx, { userId: known.id, invitedBy: null, now })), isNew: false })
  if (input.firm === undefined || input.roles.length === 0) return cannot('a new person needs --firm and --role')
  const firm = await findFirm(tx, input.firm, now)
  if (!firm) return cannot(`there is no firm "${input.firm}"`)
  const wrong = input.roles.filter((role) => !rolesOf(firm.isExchange).includes(role))
  if (wrong.length > 0) return cannot(`${firm.name} cannot give the role ${wrong.join(', ')}`)
  const userId = crypto.randomUUID()
  const name = input.name ?? email.split('@')[0] ?? email
  await tx.insert(users).values({ id: userId, firmId: firm.id, email, name })
  const during = { from: now, until: null }
  await tx
    .insert(roleGrants)
    .values([...new Set(input.roles)].map((role) => ({ userId, firmId: firm.id, role, during })))
  await recordEvent(tx, {
    at: now,
    forFirm: firm.id,
    action: 'user.invite',
    objectKind: 'user',
    objectId: userId,
    after: { email, roles: input.roles },
  })
  return ok({ ...(await createInvitation(tx, { userId, invitedBy: null, now })), isNew: true })
}

async function findFirm(tx: Tx, nameOrCode: string, now: Date) {
  const [byName] = await tx
    .select()
    .from(firms)
    .where(eq(sql`lower(${firms.name})`, nameOrCode.toLowerCase()))
  if (byName) return byName
  const code = and(eq(firmCodes.code, nameOrCode.toUpperCase()), covers(firmCodes.during, now))
  const [byCode] = await tx
    .select({ firm: firms })
    .from(firmCodes)
    .innerJoin(firms, eq(firms.id, firmCodes.firmId))
    .where(code)
  return byCode?.firm
}
