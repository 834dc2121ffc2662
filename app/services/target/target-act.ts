import { asSystem, type Tx } from '#db/client.ts'
import { findGroup, type GroupRecord } from '#db/queries/group/groups.ts'
import type { VersionRecord } from '#db/queries/publication/publications.ts'
import { findTarget, type TargetRecord } from '#db/queries/target/targets.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { ok, type Result, refuse } from '#domain/result.ts'
import { publishGroup } from '#services/publication/publish-group.ts'
import { readSettings } from '#services/publication/publish-parts.ts'
import type { Refused } from '#services/refused.ts'

/** From the installation's command line: nobody's account here, named as the machine knows them. Over `dc_jobs`. */
export type Operator = { operator: string }
export type By = Actor | Operator

/** Null: an operator. */
export const personOf = (by: By): Actor | null => ('operator' in by ? null : by)

/** What an event says beside its actor, for an operator is none. */
export const named = (by: By): Record<string, unknown> => ('operator' in by ? { operator: by.operator } : {})

type ActedOn = { target: TargetRecord; group: GroupRecord }

/** A target and its group, as far as the person sees them. */
export async function targetFor(tx: Tx, sessionId: string): Promise<Result<ActedOn, Refused>> {
  const target = await findTarget(tx, sessionId)
  const group = target && (await findGroup(tx, target.groupId))
  return target && group ? ok({ target, group }) : refuse({ code: 'not-found' })
}

/** Publish the group of a target after an immediate act on it. @returns the version in force then */
export async function publishAct(
  tx: Tx,
  { target, group }: ActedOn,
  by: { cause: VersionRecord['cause']; causeId: string; actor: Actor | null },
  now: Date,
): Promise<Result<number, Refused>> {
  return asSystem(tx, async () => {
    const settings = await readSettings(tx, target.environment)
    const { environment, groupId } = target
    const { cause, causeId, actor } = by
    const publication = { environment, groupId, settings, ownerId: group.ownerId, cause, causeId, revoked: [] }
    const version = await publishGroup(tx, { ...publication, madeBy: actor?.userId ?? null }, now)
    return version.ok ? ok(version.value.number) : version
  })
}

/** Technical contact of the owner, operations of the exchange, or the operator. */
export function mayRunTarget(actor: By, group: GroupRecord): boolean {
  if ('operator' in actor) return true
  if (actor.isExchange) return actor.standings.includes('operations')
  return actor.firmId === group.ownerId && actor.standings.includes('technical-contact')
}
