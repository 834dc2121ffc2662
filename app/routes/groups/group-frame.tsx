import type { ReactNode } from 'react'
import { plural } from '#app/components/format.ts'
import { ButtonLink, PageHead, Tabs } from '#app/components/page.tsx'
import { DeliverySentence, DeliveryWordState } from '#app/components/states.tsx'
import { paths } from '#app/paths.ts'
import type { GroupHead } from '#views/group/group-view.ts'

/** The head and the tabs around every page of a group. */
export function GroupFrame({
  group,
  may,
  children,
}: {
  group: GroupHead
  may: { seeFee: boolean; withdraw: boolean; draft: boolean }
  children: ReactNode
}) {
  const tabs = [
    { to: paths.group(group.id), label: 'Overview' },
    { to: paths.groupSources(group.id), label: 'Source sessions', count: group.sources },
    ...(group.seesAll ? [{ to: paths.groupTargets(group.id), label: 'Targets and keys', count: group.targets }] : []),
    { to: paths.groupRequests(group.id), label: 'Requests' },
    ...(may.seeFee ? [{ to: paths.groupBilling(group.id), label: 'Billing' }] : []),
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
            {may.draft && <ButtonLink to={paths.newRequestFor(group.id)}>Request a change</ButtonLink>}
            {may.withdraw && <ButtonLink to={paths.withdrawConsent(group.id)}>Withdraw consent</ButtonLink>}
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
      {children}
    </>
  )
}
