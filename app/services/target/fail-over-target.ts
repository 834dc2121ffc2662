import { asSystem, type Tx } from '#db/client.ts'
import { findFailOverFacts } from '#db/queries/target/fail-over.ts'
import { setTargetActive } from '#db/queries/target/targets.ts'
import type { FailOverInput } from '#domain/group/input.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { ok, refuse } from '#domain/result.ts'
import { fitFailOver } from '#domain/session/fail-over.ts'
import { mayNot } from '#domain/target/rights.ts'
import { audit, type CommandAnswer, runCommand } from '#services/command.ts'
import type { Deps } from '#services/deps.ts'
import { actedOn, type By, named, personOf, publishAct, targetFor } from './target-act.ts'

/** `version` null: the address was in force already, and nothing was published. */
type FailedOver = { version: number | null }

/** Put the other address of a target in force, at once: its sessions are cut, and the numbers of Drop Copy 4.0 jump. */
export function failOverTarget(input: FailOverInput, actor: Actor, deps: Deps): CommandAnswer<FailedOver> {
  const about = { action: 'target.fail-over', objectKind: 'target', objectId: input.sessionId, reason: input.reason }
  return runCommand(deps, actor, input, about, (tx, now) => failOver(tx, input, actor, now))
}

/** The same for a GAM or the operator, in the caller's transaction; the caller rolls a refusal back. */
export async function failOver(
  tx: Tx,
  { sessionId, to, reason }: Omit<FailOverInput, 'commandId'>,
  by: By,
  now: Date,
): CommandAnswer<FailedOver> {
  const found = await targetFor(tx, sessionId)
  if (!found.ok) return found
  const { target, group } = found.value
  const person = personOf(by)
  const barred = mayNot('fail-over', actedOn(found.value), by)
  if (barred) return refuse(barred)
  const fit = fitFailOver(await findFailOverFacts(tx, target, now), to)
  if (!fit.ok) return fit
  if (fit.value.isDone) return ok({ version: null })
  await asSystem(tx, () => setTargetActive(tx, target.id, to))
  const version = await publishAct(tx, found.value, { cause: 'emergency', causeId: target.id, actor: person }, now)
  if (!version.ok) return version
  await audit(tx, person, 'target.fail-over', now, {
    ...{ objectKind: 'target', objectId: sessionId, forFirm: group.ownerId, reason },
    before: { active: target.active },
    after: { active: to, version: version.value, ...named(by) },
  })
  return ok({ version: version.value })
}
