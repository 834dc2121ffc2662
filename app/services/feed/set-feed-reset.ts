import { asSystem, type Tx } from '#db/client.ts'
import { type FeedRecord, findFeed, saveFeedReset } from '#db/queries/feed/feeds.ts'
import { listNewestParts, lockPublications } from '#db/queries/publication/publications.ts'
import type { Reset } from '#domain/configuration/fields.ts'
import { canonicalJson } from '#domain/digest.ts'
import { type Actor, may } from '#domain/people/permissions.ts'
import { type FeedResetInput, resetOf, takesReset } from '#domain/reference/feed-input.ts'
import { ok, refuse } from '#domain/result.ts'
import { audit, type CommandAnswer, runCommand } from '#services/command.ts'
import type { Deps } from '#services/deps.ts'
import { stopUncovered } from '#services/group/stop-uncovered.ts'
import { feedPart, publishChanged, readSettings } from '#services/publication/publish-parts.ts'

/** `version` null: the feed has this rule already, and nothing was published. */
type ResetSet = { version: number | null }

/** Set when a feed that we open starts its numbers at 1, and publish it. A running connector cuts no session for it. */
export function setFeedReset(input: FeedResetInput, actor: Actor, deps: Deps): CommandAnswer<ResetSet> {
  const about = { action: 'feed.set-reset', objectKind: 'feed', objectId: input.feedId, reason: input.reason }
  return runCommand(deps, actor, input, about, async (tx, now): CommandAnswer<ResetSet> => {
    if (!may(actor, 'feed:write')) return refuse({ code: 'not-allowed', needs: 'operations' })
    const feed = await findFeed(tx, input.feedId)
    if (!feed || !takesReset(feed.state === 'open', feed.settings.mode)) return refuse({ code: 'not-found' })
    const wanted = resetOf(input)
    const { reset: before } = feed.settings
    if (canonicalJson(before ?? 'never') === canonicalJson(wanted ?? 'never')) return ok({ version: null })
    if (!(await saveFeedReset(tx, feed.id, input.version, wanted)))
      return refuse({ code: 'stale', by: 'Somebody', at: now.toISOString() })
    const version = await asSystem(tx, () => publish(tx, feed, wanted, { commandId: input.commandId, actor, now }))
    if (!version.ok) return version
    await audit(tx, actor, 'feed.set-reset', now, {
      ...{ objectKind: 'feed', objectId: feed.id, forFirm: null, reason: input.reason },
      before: { reset: before ?? 'never' },
      after: { reset: wanted ?? 'never', version: version.value },
    })
    return ok({ version: version.value })
  })
}

async function publish(
  tx: Tx,
  feed: FeedRecord,
  reset: Reset | undefined,
  { commandId, actor, now }: { commandId: string; actor: Actor; now: Date },
): CommandAnswer<number> {
  const { environment } = feed
  await stopUncovered(tx, now, environment)
  const newest = await lockPublications(tx, environment)
  const { reset: _before, ...others } = feed.settings
  const wanted = [feedPart({ ...feed, settings: { ...others, ...(reset && { reset }) } })]
  const settings = await readSettings(tx, environment)
  const before = await listNewestParts(tx, environment)
  const cause = { cause: 'reference' as const, causeId: commandId, ownerId: null, madeBy: actor.userId }
  const published = await publishChanged(tx, { newest, before }, wanted, { environment, settings, ...cause }, now)
  return published.ok ? ok(published.value.number) : published
}
