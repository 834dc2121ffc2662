import type { Database } from '#db/client.ts'
import { findFeedPage } from '#db/queries/feed-page.ts'
import { findStatus } from '#db/queries/status.ts'
import { findTargetPage } from '#db/queries/target-page.ts'
import type { Environment, SignedInUser } from './context.ts'
import type { View } from './events.server.ts'

/**
 * The views that pages watch, by their path below /events: `/status`, `/targets/SESSIONID`, `/feeds/ID`. Each reads what its page's loader
 * reads, with the same person's sight; what a view holds depends on the person, so each person has their own.
 */
export function eventView(
  path: string,
  user: SignedInUser,
  { database, environment, now }: { database: Database; environment: Environment; now(): Date },
): View | undefined {
  const read = <T>(query: Parameters<typeof database.withActor<T>>[1]) => database.withActor(user, query)
  if (path === '/status')
    return {
      key: `status ${environment} ${user.userId}`,
      permission: 'status:read',
      read: () => read((tx) => findStatus(tx, environment, now())),
    }
  const target = /^\/targets\/([A-Z0-9]{6})$/.exec(path)?.[1]
  if (target)
    return {
      key: `target ${target} ${user.userId}`,
      permission: 'target:read',
      read: () => read((tx) => findTargetPage(tx, user, target, now())),
    }
  const feed = /^\/feeds\/([\w.:-]{1,64})$/.exec(path)?.[1]
  if (feed)
    return {
      key: `feed ${environment} ${feed} ${user.userId}`,
      permission: 'feed:read',
      read: () => read((tx) => findFeedPage(tx, environment, feed, now())),
    }
  return undefined
}
