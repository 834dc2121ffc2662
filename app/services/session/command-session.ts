import type { Tx } from '#db/client.ts'
import { insertSessionCommand } from '#db/queries/connector/session-commands.ts'
import type { Shard } from '#domain/leadership/leader.ts'
import { ok, type Result } from '#domain/result.ts'
import {
  commandLastsMs,
  fitCommand,
  type SessionCommand,
  type SessionFacts,
  type UnfitCommand,
} from '#domain/session/command.ts'
import type { Operator } from '#domain/target/rights.ts'
import { audit } from '#services/command.ts'

/** `session`: the name as given; for a target with the segment behind it if only one of its sessions is meant. */
type AskedOf = Shard & Pick<SessionFacts, 'kind'> & { session: string; ownerId: string | null }

/**
 * Ask the connector of the session's shard to log the session out or to change its numbers. The command waits for the
 * connector for ten minutes, and is announced to it when this transaction commits. For the operator, over `dc_jobs`.
 */
export async function commandSession(
  tx: Tx,
  of: AskedOf,
  command: SessionCommand,
  by: Operator & { reason: string; id: string },
  now: Date,
): Promise<Result<{ expiresAt: Date }, UnfitCommand>> {
  const fit = fitCommand(of.kind, command)
  if (!fit.ok) return fit
  const { kind, session, environment, shard, ownerId } = of
  const { reason, operator, id } = by
  const numbers = { expected: command.expected ?? null, next: command.next ?? null }
  const expiresAt = new Date(now.getTime() + commandLastsMs)
  const { action } = command
  await insertSessionCommand(tx, {
    id,
    environment,
    shard,
    action,
    kind,
    session,
    ...numbers,
    reason,
    operator,
    askedAt: now,
    expiresAt,
  })
  // under the session id without a segment, by which a group's history finds it
  const objectId = kind === 'target' ? session.slice(0, 6) : session
  const after = { command: id, operator, session, ...numbers }
  await audit(tx, null, `session.${action}`, now, { objectKind: kind, objectId, forFirm: ownerId, reason, after })
  return ok({ expiresAt })
}
