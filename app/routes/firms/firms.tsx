import type { LoaderFunctionArgs } from '@remix-run/node'
import { Link, useLoaderData } from '@remix-run/react'
import { Mono } from '#app/components/figures.tsx'
import { List } from '#app/components/list/list.tsx'
import { PageHead } from '#app/components/page.tsx'
import { hiddenColumns } from '#app/http/columns.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { everyRow, pageSize, readAsked } from '#domain/list/ask.ts'
import { firmList } from '#domain/people/firm-list.ts'
import { findFirmsPage } from '#views/people/firms-page.ts'

export const meta = () => [{ title: 'Firms · Drop Copy Portal' }]

export async function loader({ request, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'firm:read')
  const asked = readAsked(new URL(request.url).searchParams, firmList)
  return {
    firms: await context.read(user, (tx) => findFirmsPage(tx, asked, pageSize, context.deps.now())),
    hidden: hiddenColumns(request, user.userId, 'firms'),
  }
}

export default function Firms() {
  const { firms, hidden } = useLoaderData<typeof loader>()
  return (
    <>
      <PageHead title="Firms" back={{ to: paths.people(), label: 'Administration' }}>
        A firm’s people are invited at its e-mail domains, by its own administrators; the exchange invites the first.
      </PageHead>
      <List
        name="firms"
        caption="Firms"
        page={firms}
        hidden={hidden}
        rowKey={(firm) => firm.id}
        searchLabel="Name, firm ID or domain"
        csv={paths.firmsCsv()}
        chips={[
          {
            name: 'lacks',
            label: 'Firms that lack something',
            words: [
              { word: everyRow, label: 'All' },
              { word: 'administrator', label: 'Without administrator' },
              { word: 'domain', label: 'Without e-mail domain' },
            ],
          },
        ]}
        empty="No firm has been entered yet."
        columns={[
          {
            key: 'name',
            head: 'Firm',
            sortable: true,
            brief: 'first',
            cell: (firm) => (
              <Link to={paths.firm(firm.id)} className="link">
                <bdi>{firm.name}</bdi>
              </Link>
            ),
          },
          {
            key: 'codes',
            head: 'Firm IDs',
            optional: true,
            brief: 'first',
            cell: (firm) => <Mono>{firm.codes.join(' ')}</Mono>,
            blank: (firm) => firm.codes.length === 0,
          },
          {
            key: 'domains',
            head: 'E-mail domains',
            optional: true,
            brief: 'second',
            cell: (firm) => firm.domains.join(', ') || <None>none yet</None>,
          },
          {
            key: 'administrators',
            head: 'Administrators',
            optional: true,
            brief: 'second',
            cell: (firm) => firm.administrators.join(', ') || <None>nobody yet</None>,
          },
        ]}
      />
    </>
  )
}

const None = ({ children }: { children: string }) => <span className="text-muted">{children}</span>
