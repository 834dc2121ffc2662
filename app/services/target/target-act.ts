import { asSystem, type Tx } from '#db/client.ts'
import { findGroup, type GroupRecord } from '#db/queries/group/groups.ts'
import type { VersionRecord } from '#db/queries/publication/publications.ts'
import { findTarget, type TargetRecord } from '#db/queries/target/targets.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { ok, type Result, refuse } from '#domain/result.ts'
import type { ActedOn, Operator } from '#domain/target/rights.ts'
import { publishGroup } from '#services/publication/publish-group.ts'
import { readSettings } from '#services/publication/publish-parts.ts'
import type { Refused } from '#services/refused.ts'

export type By = Actor | Operator

/** Null: an operator. */
export const personOf = (by: By): Actor | null => ('operator' in by ? null : by)

/** What an event records beside its actor: the operator's name, since an operator is not an actor. */
export const named = (by: By): Record<string, unknown> => ('operator' in by ? { operator: by.operator } : {})

type TargetOfGroup = { target: TargetRecord; group: GroupRecord }

/** What the table of rights needs to know of a target. `pauserName` is looked up only where the name is shown. */
export const actedOn = ({ target, group }: TargetOfGroup, pauserName: string | null = null): ActedOn => ({
  ownerId: group.ownerId,
  state: target.state,
  pausedBy: target.pausedBy,
  pauserName,
})

/** A target and its group, as far as the person sees them. */
export async function targetFor(tx: Tx, sessionId: string): Promise<Result<TargetOfGroup, Refused>> {
  const target = await findTarget(tx, sessionId)
  const group = target && (await findGroup(tx, target.groupId))
  return target && group ? ok({ target, group }) : refuse({ code: 'not-found' })
}

/** Publish the group of a target after an immediate change of the target. @returns the version in force then */
export async function publishAct(
  tx: Tx,
  { target, group }: TargetOfGroup,
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
