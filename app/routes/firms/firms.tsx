import type { LoaderFunctionArgs } from '@remix-run/node'
import { Link, useLoaderData } from '@remix-run/react'
import { PageHead } from '#app/components/page.tsx'
import { Table } from '#app/components/table.tsx'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { findFirmsPage } from '#views/people/firms-page.ts'

export const meta = () => [{ title: 'Firms · Drop Copy Portal' }]

export async function loader({ context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'firm:read')
  return { firms: await context.read(user, (tx) => findFirmsPage(tx, context.deps.now())) }
}

export default function Firms() {
  const { firms } = useLoaderData<typeof loader>()
  return (
    <>
      <PageHead title="Firms" back={{ to: paths.people(), label: 'Administration' }}>
        A firm’s people are invited at its e-mail domains, by its own administrators; the exchange invites the first.
      </PageHead>
      <Table
        caption="Firms"
        rows={firms}
        rowKey={(firm) => firm.id}
        empty="No firm has been entered yet."
        columns={[
          {
            key: 'name',
            head: 'Firm',
            cell: (firm) => (
              <Link to={paths.firm(firm.id)} className="link">
                {firm.name}
              </Link>
            ),
          },
          { key: 'domains', head: 'E-mail domains', cell: (firm) => firm.domains.join(', ') || 'none yet', wide: true },
          {
            key: 'administrators',
            head: 'Administrators',
            cell: (firm) => firm.administrators.join(', ') || 'nobody yet',
            wide: true,
          },
        ]}
      />
    </>
  )
}
