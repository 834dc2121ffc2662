import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { Money } from '#app/components/figures.tsx'
import { Facts, Notice, Section } from '#app/components/page.tsx'
import { Table } from '#app/components/table.tsx'
import { requireUser } from '#app/http/require-user.server.ts'
import { writeMonth } from '#domain/calendar/month.ts'
import { sentenceCase } from '#domain/sentence-case.ts'
import { findGroupBill } from '#views/group/group-overview.ts'
import { GroupFrame } from './group-frame.tsx'
import { loadGroup } from './load-group.server.ts'

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `${data?.group.name ?? 'Group'} · Drop Copy Portal` },
]

export async function loader({ params, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'billing:read')
  return loadGroup(context, user, params.groupId, findGroupBill)
}

export default function GroupBilling() {
  const { group, shown, may } = useLoaderData<typeof loader>()
  const { bill, terms } = shown
  const fee = bill?.monthly
  return (
    <GroupFrame group={group} may={may}>
      <Section title="Fee">
        {fee ? (
          <>
            {fee.sample && <Notice tone="amber">This is a sample fee plan. These amounts are not owed.</Notice>}
            <Facts
              facts={[
                { term: 'A month', value: <Money minor={fee.amountMinor} currency={fee.currency} /> },
                { term: 'Why', value: fee.sentence },
                fee.source !== '' && { term: 'Fee schedule', value: fee.source },
                Boolean(terms?.billTo) && { term: 'Billed to', value: terms?.billTo },
                Boolean(terms?.account) && { term: 'Account', value: terms?.account },
              ]}
            />
          </>
        ) : (
          <p className="text-muted">{bill?.sentence}</p>
        )}
      </Section>
      {bill && bill.charges.length > 0 && (
        <Section title="Charges">
          <Table
            caption="Charges by month"
            rows={bill.charges}
            rowKey={(charge) => charge.month}
            empty=""
            columns={[
              { key: 'month', head: 'Month', cell: (charge) => writeMonth(charge.month) },
              {
                key: 'amount',
                head: 'Amount',
                number: true,
                cell: (charge) => <Money minor={charge.amountMinor} currency={charge.currency} />,
              },
              { key: 'why', head: 'Why', wide: true, cell: (charge) => sentenceCase(charge.reason) },
            ]}
          />
        </Section>
      )}
    </GroupFrame>
  )
}
