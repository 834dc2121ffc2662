import type { LoaderFunctionArgs } from '@remix-run/node'
import { csvBatch, csvResponse } from '#app/http/csv.server.ts'
import { nothingToSend } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { readAsked } from '#domain/list/ask.ts'
import { firmList } from '#domain/people/firm-list.ts'
import { type FirmRow, listFirmRows } from '#views/people/firms-page.ts'

/** The list of firms as a file, filtered and sorted like the page. */
export function loader({ request, context }: LoaderFunctionArgs) {
  const user = requireUser(context, 'firm:read')
  const asked = readAsked(new URL(request.url).searchParams, firmList)
  const now = context.deps.now()
  return csvResponse<FirmRow>(
    { name: 'firms', at: now },
    [
      { name: 'firm_id', value: (firm) => firm.id },
      { name: 'firm', value: (firm) => firm.name },
      { name: 'codes', value: (firm) => firm.codes.join(' ') },
      { name: 'email_domains', value: (firm) => firm.domains.join(' ') },
      { name: 'administrators', value: (firm) => firm.administrators.join(', ') },
    ],
    (from) => context.read(user, (tx) => listFirmRows(tx, { ...asked, from }, csvBatch, now)),
  )
}

export const action = nothingToSend
