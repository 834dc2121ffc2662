import type { RequestContext, SignedInUser } from '#app/http/context.ts'
import { notFound } from '#app/http/refusals.server.ts'
import { isUuid } from '#app/routes/params.ts'
import { may } from '#domain/people/permissions.ts'
import { type GroupTab, openGroup } from '#views/group/group-page.ts'

/**
 * The group that a URL names, with what its tab shows, at one instant.
 * @throws Response 404: no such group, or not this person's to see
 */
export async function loadGroup<T>(
  context: RequestContext,
  user: SignedInUser,
  groupId: string | undefined,
  tab: GroupTab<T>,
) {
  if (!isUuid(groupId)) throw notFound()
  const found = await context.read(user, async (tx) => {
    const opened = await openGroup(tx, user, groupId, context.deps.now())
    return opened && { group: opened.head, shown: await tab(tx, opened) }
  })
  if (!found) throw notFound()
  const { group, shown } = found
  return {
    group,
    shown,
    may: {
      seeFee: group.seesAll && may(user, 'billing:read'),
      withdraw: !group.seesAll && may(user, 'consent:withdraw') && group.sources > 0,
      draft: group.mayRequestChange && may(user, 'request:draft'),
    },
  }
}
