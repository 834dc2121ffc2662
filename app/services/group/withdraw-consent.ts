import { asSystem, type Tx } from '#db/client.ts'
import { listSourcesById } from '#db/queries/feed/sources.ts'
import { listConsents } from '#db/queries/group/consents.ts'
import { findGroup } from '#db/queries/group/groups.ts'
import { insertStops } from '#db/queries/group/stops.ts'
import { withdraw } from '#domain/consent/covering.ts'
import { withdrawnBy } from '#domain/consent/stops.ts'
import type { WithdrawConsentInput } from '#domain/group/input.ts'
import { type Actor, may } from '#domain/people/permissions.ts'
import { ok, refuse } from '#domain/result.ts'
import { audit, type CommandAnswer, runCommand } from '#services/command.ts'
import type { Deps } from '#services/deps.ts'
import { publishGroup } from '#services/publication/publish-group.ts'
import { readSettings } from '#services/publication/publish-parts.ts'
import { removeSources } from '#services/request/apply-items.ts'

type WithdrawnConsent = { version: number; sources: string[] }

/**
 * A guarantor takes its sessions out of a group, at once: narrowing needs one person and a reason. "And nothing again"
 * also ends what a resend could still give out.
 */
export function withdrawConsent(
  input: WithdrawConsentInput,
  actor: Actor,
  deps: Deps,
): CommandAnswer<WithdrawnConsent> {
  const { groupId, reason } = input
  const about = { action: 'consent.withdraw', objectKind: 'group', objectId: groupId, reason }
  return runCommand(deps, actor, input, about, async (tx, now): CommandAnswer<WithdrawnConsent> => {
    const group = await findGroup(tx, groupId)
    if (!group) return refuse({ code: 'not-found' })
    if (!may(actor, 'consent:withdraw')) return refuse({ code: 'not-allowed', needs: 'clearing-signatory' })
    return asSystem(tx, async () => {
      const consents = await listConsents(tx, groupId, now)
      const { ended } = withdraw(consents, actor.firmId, input.sources)
      const sources = [...new Set(ended.map((consent) => consent.source))].sort()
      if (sources.length === 0) return refuse({ code: 'nothing-to-withdraw' })
      const sourceRows = await rowsByName(
        tx,
        ended.map((consent) => consent.sourceId),
        now,
      )
      await removeSources(tx, groupId, sources, { sourceRows, consents }, { by: actor.userId, reason, now })
      const { environment, ownerId } = group
      const settings = await readSettings(tx, environment)
      const revoked = input.mode === 'nothing-again' ? sources : []
      const cause = { cause: 'emergency' as const, causeId: groupId, madeBy: actor.userId }
      const stopping = sources.map((source) => ({ source, reason: withdrawnBy(actor.firmName) }))
      const publication = { environment, groupId, settings, ownerId, revoked, stopping, ...cause }
      const version = await publishGroup(tx, publication, now)
      if (!version.ok) return version
      const stop = { groupId, ownerId, firmId: actor.firmId, cause: 'withdrawn' as const, by: actor.userId, reason }
      const { number } = version.value
      await insertStops(
        tx,
        [...new Set(ended.map((consent) => consent.sourceId))].map((sourceId) => {
          return { ...stop, sourceId, revokes: input.mode === 'nothing-again', at: now, version: number }
        }),
      )
      for (const forFirm of [actor.firmId, ownerId])
        await audit(tx, actor, 'consent.withdraw', now, {
          objectKind: 'group',
          objectId: groupId,
          forFirm,
          reason,
          after: { sources, mode: input.mode, version: number, by: actor.name, firm: actor.firmName },
        })
      return ok({ version: number, sources })
    })
  })
}

async function rowsByName(tx: Tx, ids: readonly string[], now: Date) {
  const rows = await listSourcesById(tx, [...new Set(ids)], now)
  return new Map(rows.map((row) => [row.name, row]))
}
