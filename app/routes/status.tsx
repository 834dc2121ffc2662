import type { LoaderFunctionArgs } from '@remix-run/node'
import { PageHead } from '#app/components/page.tsx'
import { requireUser } from '#app/http/require-user.server.ts'

export const meta = () => [{ title: 'Status · Drop Copy Portal' }]

export function loader({ context }: LoaderFunctionArgs) {
  requireUser(context, 'status:read')
  return null
}

export default function Status() {
  return <PageHead title="Status" />
}
