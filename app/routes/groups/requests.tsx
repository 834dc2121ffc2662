import type { LoaderFunctionArgs } from '@remix-run/node'
import { requireUser } from '#app/http/require-user.server.ts'
import { RequestTable } from '#app/routes/requests/request-table.tsx'
import { useGroup } from './group.tsx'

export function loader({ context }: LoaderFunctionArgs) {
  requireUser(context, 'request:read')
  return null
}

export default function GroupRequests() {
  const { group } = useGroup()
  return <RequestTable requests={group.requests} empty="No request concerns this group." />
}
