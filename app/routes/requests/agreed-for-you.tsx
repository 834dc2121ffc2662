import { Link } from '@remix-run/react'
import { Notice } from '#app/components/page.tsx'
import { Instant } from '#app/components/time.tsx'
import { paths } from '#app/paths.ts'
import { askedWords } from '#domain/request/signing.ts'
import type { Agreement } from '#views/request/agreements.ts'

/** How many of the newest are listed; every one is on the page of its request. */
const shown = 5

/**
 * Consents that an authorized contact of a group gave for the reader's firm by
 * submitting a request: nobody of the firm was asked.
 */
export function AgreedForYou({ agreed }: { agreed: readonly Agreement[] }) {
  if (agreed.length === 0) return null
  return (
    <Notice tone="blue" title="Agreed for your firm in the last 30 days">
      <ul className="mt-1 list-disc space-y-1 pl-5">
        {agreed.slice(0, shown).map(({ requestNumber, by, at, slice }) => (
          <li key={`${requestNumber} ${slice.capacity}`}>
            {by} agreed for {slice.firm.name} by submitting{' '}
            <Link to={paths.request(requestNumber)} className="link">
              request {requestNumber}
            </Link>{' '}
            for group {slice.group} of {slice.recipient.name}, <Instant at={at} precision="min" />. {askedWords(slice)}.
          </li>
        ))}
      </ul>
      {agreed.length > shown && (
        <p className="mt-1">And {agreed.length - shown} more, on the pages of their requests.</p>
      )}
    </Notice>
  )
}
