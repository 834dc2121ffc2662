import { and, desc, eq, inArray, isNull, lt, or } from 'drizzle-orm'
import type { Tx } from '../../client.ts'
import { auditEvents } from '../../schema/audit.ts'
import { users } from '../../schema/users.ts'

export type EventRecord = typeof auditEvents.$inferSelect

type Which = {
  objectIds: readonly string[]
  actions: readonly string[]
  /** Events for this firm, or for no firm. */
  forFirm: string
  /** Only events below this number; undefined: from the newest on. */
  before: number | undefined
}

/** What was done to these objects and not refused, newest first, up to a limit. */
export async function listEvents(
  tx: Tx,
  { objectIds, actions, forFirm, before }: Which,
  most: number,
): Promise<EventRecord[]> {
  return tx
    .select()
    .from(auditEvents)
    .where(
      and(
        inArray(auditEvents.objectId, [...objectIds]),
        inArray(auditEvents.action, [...actions]),
        or(eq(auditEvents.forFirm, forFirm), isNull(auditEvents.forFirm)),
        isNull(auditEvents.refused),
        before === undefined ? undefined : lt(auditEvents.seq, before),
      ),
    )
    .orderBy(desc(auditEvents.seq))
    .limit(most)
}

/** What was done to an environment, and what was refused, newest first; `name` null: no person did it. */
export async function listEnvironmentEvents(
  tx: Tx,
  environment: string,
  most: number,
): Promise<{ after: unknown; reason: string | null; name: string | null }[]> {
  return tx
    .select({ after: auditEvents.after, reason: auditEvents.reason, name: users.name })
    .from(auditEvents)
    .leftJoin(users, eq(users.id, auditEvents.actorId))
    .where(and(eq(auditEvents.objectKind, 'environment'), eq(auditEvents.objectId, environment)))
    .orderBy(desc(auditEvents.seq))
    .limit(most)
}
