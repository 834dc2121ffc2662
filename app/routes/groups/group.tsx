import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { Outlet, useLoaderData, useOutletContext } from '@remix-run/react'
import { plural } from '#app/components/format.ts'
import { useLive } from '#app/components/live.ts'
import { ButtonLink, PageHead, Tabs } from '#app/components/page.tsx'
import { DeliverySentence, DeliveryWordState } from '#app/components/states.tsx'
import { notFound } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { isUuid } from '#app/routes/params.ts'
import { may } from '#domain/people/permissions.ts'
import { findGroupPage } from '#views/group/group-page.ts'
import type { GroupView } from '#views/group/group-view.ts'

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `${data?.group.name ?? 'Group'} · Drop Copy Portal` },
]

export async function loader({ params, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'group:read')
  const { groupId } = params
  if (!isUuid(groupId)) throw notFound()
  const group = await context.read(user, (tx) => findGroupPage(tx, user, groupId, context.deps.now()))
  if (!group) throw notFound()
  const seesFee = (user.isExchange || user.firmId === group.ownerId) && may(user, 'billing:read')
  return {
    group,
    seesFee,
    isSignatory: may(user, 'consent:withdraw'),
    isDrafter: may(user, 'request:draft'),
  }
}

type GroupPage = { group: GroupView }

/** What the tabs of a group read: the group itself, loaded once for all of them. */
export const useGroup = () => useOutletContext<GroupPage>()

export default function Group() {
  const data = useLoaderData<typeof loader>()
  const { group, seesFee, isSignatory, isDrafter } = useLive(paths.groupEvents(data.group.id), data)
  const tabs = [
    { to: paths.group(group.id), label: 'Overview' },
    { to: paths.groupSources(group.id), label: 'Sources', count: group.sources.length },
    ...(group.otherSources === null
      ? [{ to: paths.groupTargets(group.id), label: 'Targets and keys', count: group.targets.length }]
      : []),
    { to: paths.groupRequests(group.id), label: 'Requests', count: group.requests.length },
    ...(seesFee ? [{ to: paths.groupBilling(group.id), label: 'Billing' }] : []),
    { to: paths.groupHistory(group.id), label: 'History' },
  ]
  return (
    <>
      <PageHead
        kind="Group"
        title={group.name}
        identifier={group.ownerName}
        state={group.delivery ? <DeliveryWordState state={group.delivery} /> : <span>{group.stateWord}</span>}
        actions={
          <>
            {isDrafter && group.mayRequestChange && (
              <ButtonLink to={paths.newRequestFor(group.id)}>Request a change</ButtonLink>
            )}
            {isSignatory && group.withdrawable.length > 0 && (
              <ButtonLink to={paths.withdrawConsent(group.id)}>Withdraw consent</ButtonLink>
            )}
          </>
        }
      >
        {group.delivery ? <DeliverySentence state={group.delivery} /> : <p>{group.stateSentence}</p>}
        {group.otherSources !== null && group.otherSources > 0 && (
          <p>
            {plural(group.otherSources, 'source session')} of this group {group.otherSources === 1 ? 'is' : 'are'} not
            your firm’s to see.
          </p>
        )}
      </PageHead>
      <Tabs label="Group" tabs={tabs} />
      <Outlet context={{ group } satisfies GroupPage} />
    </>
  )
}
