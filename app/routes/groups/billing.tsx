import type { LoaderFunctionArgs } from '@remix-run/node'
import { Money } from '#app/components/figures.tsx'
import { Facts, Notice, Section } from '#app/components/page.tsx'
import { Table } from '#app/components/table.tsx'
import { requireUser } from '#app/http/require-user.server.ts'
import { writeMonth } from '#domain/calendar/month.ts'
import { sentenceCase } from '#domain/sentence-case.ts'
import { useGroup } from './group.tsx'

export function loader({ context }: LoaderFunctionArgs) {
  requireUser(context, 'billing:read')
  return null
}

export default function GroupBilling() {
  const { group } = useGroup()
  const { bill, terms } = group
  const fee = bill?.monthly
  return (
    <>
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
    </>
  )
}
