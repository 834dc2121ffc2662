import { asSystem, type Tx } from '#db/client.ts'
import { findUserName } from '#db/queries/people/people.ts'
import { setTargetState } from '#db/queries/target/targets.ts'
import type { TargetCommandInput } from '#domain/group/input.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { ok, refuse } from '#domain/result.ts'
import { mayNot } from '#domain/target/rights.ts'
import { audit, type CommandAnswer, runCommand } from '#services/command.ts'
import type { Deps } from '#services/deps.ts'
import { actedOn, type By, named, personOf, publishAct, targetFor } from './target-act.ts'

/** Stop delivery on a target, at once; copies wait. */
export function pauseTarget(input: TargetCommandInput, actor: Actor, deps: Deps): CommandAnswer<{ version: number }> {
  const about = { action: 'target.pause', objectKind: 'target', objectId: input.sessionId, reason: input.reason }
  return runCommand(deps, actor, input, about, (tx, now) => pause(tx, input, actor, now))
}

/** The same for people and the operator, in the caller's transaction; the caller rolls a refusal back. */
export async function pause(
  tx: Tx,
  { sessionId, reason }: Pick<TargetCommandInput, 'sessionId' | 'reason'>,
  by: By,
  now: Date,
): CommandAnswer<{ version: number }> {
  const found = await targetFor(tx, sessionId)
  if (!found.ok) return found
  const { target, group } = found.value
  const pauserName = (await findUserName(tx, target.pausedBy)) ?? null
  const barred = mayNot('pause', actedOn(found.value, pauserName), by)
  if (barred) return refuse(barred)
  const person = personOf(by)
  await asSystem(tx, () => setTargetState(tx, [target.id], 'paused', { by: person?.userId ?? null, reason }))
  const version = await publishAct(tx, found.value, { cause: 'emergency', causeId: target.id, actor: person }, now)
  if (!version.ok) return version
  const done = { objectKind: 'target', objectId: sessionId, forFirm: group.ownerId, reason }
  await audit(tx, person, 'target.pause', now, { ...done, after: { version: version.value, ...named(by) } })
  return ok({ version: version.value })
}
