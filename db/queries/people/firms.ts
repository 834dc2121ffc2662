import { and, asc, eq, inArray, sql } from 'drizzle-orm'
import type { Role } from '#domain/people/roles.ts'
import type { FirmRef } from '#domain/request/round.ts'
import type { Tx } from '../../client.ts'
import { covers } from '../../schema/columns.ts'
import { firmGams } from '../../schema/firm-gams.ts'
import { type ClearingClass, type CodeKind, firmAgreements, firmCodes, firms } from '../../schema/firms.ts'
import { roleGrants, users } from '../../schema/users.ts'

/**
 * Firms by id, with the code they act under today: the Clearing Firm ID where
 * they have one, else the Execution Firm ID.
 */
export async function listFirmRefs(tx: Tx, ids: readonly string[], now: Date): Promise<Map<string, FirmRef>> {
  if (ids.length === 0) return new Map()
  const rows = await tx
    .select({ id: firms.id, name: firms.name, kind: firmCodes.kind, code: firmCodes.code })
    .from(firms)
    .leftJoin(firmCodes, and(eq(firmCodes.firmId, firms.id), covers(firmCodes.during, now)))
    .where(inArray(firms.id, [...ids]))
    .orderBy(asc(firmCodes.kind), asc(firmCodes.code)) // 'clearing' sorts before 'execution'
  const refs = new Map<string, FirmRef>()
  for (const { id, name, code } of rows) if (!refs.has(id)) refs.set(id, { id, name, code: code ?? '' })
  return refs
}

export async function findExchange(tx: Tx): Promise<FirmRef> {
  const [row] = await tx.select().from(firms).where(eq(firms.isExchange, true))
  if (!row) throw new Error('the exchange is not among the firms')
  return { id: row.id, name: row.name, code: '' }
}

/** Clearing firms with their codes today, by name. */
export async function listClearingFirms(tx: Tx, now: Date): Promise<FirmRef[]> {
  return tx
    .select({ id: firms.id, name: firms.name, code: firmCodes.code })
    .from(firmCodes)
    .innerJoin(firms, eq(firms.id, firmCodes.firmId))
    .where(and(eq(firmCodes.kind, 'clearing'), covers(firmCodes.during, now), eq(firms.state, 'active')))
    .orderBy(asc(firms.name), asc(firmCodes.code))
}

/** Whether the firm has an agreement on file today. */
export async function hasAgreement(tx: Tx, firmId: string, now: Date): Promise<boolean> {
  const rows = await tx
    .select({ id: firmAgreements.id })
    .from(firmAgreements)
    .where(and(eq(firmAgreements.firmId, firmId), covers(firmAgreements.during, now)))
    .limit(1)
  return rows.length > 0
}

/** The firm's Global Account Manager today. */
export async function findGamOf(tx: Tx, firmId: string, now: Date) {
  const [row] = await tx
    .select({ id: users.id, name: users.name, phone: users.phone, hours: users.hours })
    .from(firmGams)
    .innerJoin(users, eq(users.id, firmGams.gamId))
    .where(and(eq(firmGams.firmId, firmId), covers(firmGams.during, now)))
  return row
}

/** Codes of these firms that are in force. */
export async function listCodesToday(
  tx: Tx,
  firmIds: readonly string[],
  now: Date,
): Promise<{ firmId: string; code: string }[]> {
  if (firmIds.length === 0) return []
  return tx
    .select({ firmId: firmCodes.firmId, code: firmCodes.code })
    .from(firmCodes)
    .where(and(inArray(firmCodes.firmId, [...firmIds]), covers(firmCodes.during, now)))
    .orderBy(asc(firmCodes.kind), asc(firmCodes.code))
}

/** Active people who hold one of the roles today, by firm. */
export async function listHolders(
  tx: Tx,
  firmIds: readonly string[],
  held: Role | readonly Role[],
  now: Date,
): Promise<{ userId: string; firmId: string; name: string }[]> {
  if (firmIds.length === 0) return []
  return tx
    .selectDistinct({ userId: users.id, firmId: users.firmId, name: users.name })
    .from(roleGrants)
    .innerJoin(users, eq(users.id, roleGrants.userId))
    .where(
      and(
        inArray(users.firmId, [...firmIds]),
        inArray(roleGrants.role, [held].flat()),
        eq(users.state, 'active'),
        covers(roleGrants.during, now),
      ),
    )
    .orderBy(asc(users.name))
}

export async function insertFirm(
  tx: Tx,
  row: typeof firms.$inferInsert & { id: string },
  codes: readonly { kind: CodeKind; code: string; class: ClearingClass | null }[],
  now: Date,
): Promise<void> {
  await tx.insert(firms).values(row)
  if (codes.length === 0) return
  await tx
    .insert(firmCodes)
    .values(codes.map((code) => ({ ...code, firmId: row.id, during: { from: now, until: null } })))
}

export async function insertAgreement(tx: Tx, firmId: string, number: string, now: Date): Promise<void> {
  await tx.insert(firmAgreements).values({ firmId, number, signedAt: now, during: { from: now, until: null } })
}

export async function insertFirmGam(tx: Tx, row: { firmId: string; gamId: string; deputyId: string }, now: Date) {
  await tx.insert(firmGams).values({ ...row, during: { from: now, until: null } })
}

/** Whether a code belongs to the firm today. */
export async function listCodes(tx: Tx, firmId: string, kind: CodeKind, now: Date): Promise<string[]> {
  const rows = await tx
    .select({ code: firmCodes.code })
    .from(firmCodes)
    .where(and(eq(firmCodes.firmId, firmId), eq(firmCodes.kind, kind), covers(firmCodes.during, now)))
    .orderBy(sql`${firmCodes.code}`)
  return rows.map((row) => row.code)
}

export async function findFirm(tx: Tx, id: string): Promise<typeof firms.$inferSelect | undefined> {
  const [row] = await tx.select().from(firms).where(eq(firms.id, id))
  return row
}

/** A firm's id by its name, or by one of its codes today. */
export async function findFirmByNameOrCode(tx: Tx, nameOrCode: string, now: Date): Promise<string | undefined> {
  const [byName] = await tx
    .select({ id: firms.id })
    .from(firms)
    .where(eq(sql`lower(${firms.name})`, nameOrCode.toLowerCase()))
  if (byName) return byName.id
  const [byCode] = await tx
    .select({ id: firmCodes.firmId })
    .from(firmCodes)
    .where(and(eq(firmCodes.code, nameOrCode.toUpperCase()), covers(firmCodes.during, now)))
  return byCode?.id
}
