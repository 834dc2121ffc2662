import { asSystem, type Tx } from '#db/client.ts'
import { setTargetState } from '#db/queries/target/targets.ts'
import type { TargetCommandInput } from '#domain/group/input.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { ok, refuse } from '#domain/result.ts'
import { mayNot } from '#domain/target/rights.ts'
import { audit, type CommandAnswer, runCommand } from '#services/command.ts'
import type { Deps } from '#services/deps.ts'
import { actedOn, type By, named, personOf, publishAct, targetFor } from './target-act.ts'

/** Deliver on a paused target again: allowed to the person who paused it, and to operations. */
export function resumeTarget(input: TargetCommandInput, actor: Actor, deps: Deps): CommandAnswer<{ version: number }> {
  const about = { action: 'target.resume', objectKind: 'target', objectId: input.sessionId, reason: input.reason }
  return runCommand(deps, actor, input, about, (tx, now) => resume(tx, input, actor, now))
}

/** The same for people and the operator, in the caller's transaction; the caller rolls a refusal back. */
export async function resume(
  tx: Tx,
  { sessionId, reason }: Pick<TargetCommandInput, 'sessionId' | 'reason'>,
  by: By,
  now: Date,
): CommandAnswer<{ version: number }> {
  const found = await targetFor(tx, sessionId)
  if (!found.ok) return found
  const { target, group } = found.value
  const barred = mayNot('resume', actedOn(found.value), by)
  if (barred) return refuse(barred)
  const person = personOf(by)
  await asSystem(tx, () => setTargetState(tx, [target.id], 'open'))
  const version = await publishAct(tx, found.value, { cause: 'emergency', causeId: target.id, actor: person }, now)
  if (!version.ok) return version
  const done = { objectKind: 'target', objectId: sessionId, forFirm: group.ownerId, reason }
  await audit(tx, person, 'target.resume', now, { ...done, after: { version: version.value, ...named(by) } })
  return ok({ version: version.value })
}
