import { and, asc, desc, eq, inArray, or, sql } from 'drizzle-orm'
import type { InvitingFirm } from '#domain/people/invite.ts'
import type { Tx } from '../../client.ts'
import { covers, endedAt } from '../../schema/columns.ts'
import { firmDomains } from '../../schema/firms.ts'
import { findFirm, listHolders } from './firms.ts'

type DomainRow = { id: string; firmId: string; domain: string; from: Date | null; until: Date | null }

/** Every domain that a firm has or had, the newest first. */
export async function listDomains(tx: Tx, firmId: string): Promise<DomainRow[]> {
  const rows = await tx
    .select()
    .from(firmDomains)
    .where(eq(firmDomains.firmId, firmId))
    .orderBy(desc(sql`lower(${firmDomains.during})`), asc(firmDomains.domain))
  return rows.map(({ id, domain, during }) => ({ id, firmId, domain, from: during.from, until: during.until }))
}

/** Domains of these firms that are in force. */
export async function listDomainsToday(
  tx: Tx,
  firmIds: readonly string[],
  now: Date,
): Promise<{ firmId: string; domain: string }[]> {
  if (firmIds.length === 0) return []
  return tx
    .select({ firmId: firmDomains.firmId, domain: firmDomains.domain })
    .from(firmDomains)
    .where(and(inArray(firmDomains.firmId, [...firmIds]), covers(firmDomains.during, now)))
    .orderBy(asc(firmDomains.domain))
}

/** Whether a firm has this domain from now on or at any later moment. */
export async function isDomainHeld(tx: Tx, domain: string, now: Date): Promise<boolean> {
  const rows = await tx
    .select({ id: firmDomains.id })
    .from(firmDomains)
    .where(
      and(eq(firmDomains.domain, domain), or(sql`upper_inf(${firmDomains.during})`, covers(firmDomains.during, now))),
    )
  return rows.length > 0
}

export async function insertDomain(
  tx: Tx,
  row: { id: string; firmId: string; domain: string },
  now: Date,
): Promise<void> {
  await tx.insert(firmDomains).values({ ...row, during: { from: now, until: null } })
}

export async function endDomainRow(tx: Tx, id: string, now: Date): Promise<void> {
  await tx
    .update(firmDomains)
    .set({ during: endedAt(firmDomains.during, now) })
    .where(eq(firmDomains.id, id))
}

/** What the rules for inviting need to know of a firm. */
export async function findInvitingFirm(tx: Tx, firmId: string, now: Date): Promise<InvitingFirm | undefined> {
  const firm = await findFirm(tx, firmId)
  if (!firm) return undefined
  const administrators = await listHolders(tx, [firmId], 'firm-admin', now)
  const domains = await listDomainsToday(tx, [firmId], now)
  return {
    id: firm.id,
    name: firm.name,
    isExchange: firm.isExchange,
    isActive: firm.state === 'active',
    hasAdministrator: administrators.length > 0,
    domains: domains.map(({ domain }) => domain),
  }
}
