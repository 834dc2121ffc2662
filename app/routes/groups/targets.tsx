import type { LoaderFunctionArgs } from '@remix-run/node'
import { Section } from '#app/components/page.tsx'
import { requireUser } from '#app/http/require-user.server.ts'
import { noTarget, TargetTable } from '#app/routes/status/status-tables.tsx'
import { useGroup } from './group.tsx'

export function loader({ context }: LoaderFunctionArgs) {
  requireUser(context, 'target:read')
  return null
}

export default function GroupTargets() {
  const { group } = useGroup()
  return (
    <Section
      title="Targets"
      intro="One session for each kind of gateway that sources are on. Addresses and passwords are on the target’s own page."
    >
      <TargetTable targets={group.targets} stale={group.isStale} withGroup={false} empty={noTarget(group)} />
    </Section>
  )
}
