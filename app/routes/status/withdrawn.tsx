import { Link } from '@remix-run/react'
import { Mono } from '#app/components/figures.tsx'
import { Notice } from '#app/components/page.tsx'
import { Instant } from '#app/components/time.tsx'
import { paths } from '#app/paths.ts'
import { writeCount } from '#domain/figures.ts'
import type { Withdrawn as Row } from '#views/group/left-sources.ts'

/** How many of the newest are listed; all of them are on the pages of their groups. */
const shown = 5

/** Consents withdrawn in the last days: what is no longer copied, and who withdrew. */
export function Withdrawn({ rows }: { rows: readonly Row[] }) {
  if (rows.length === 0) return null
  return (
    <Notice tone="amber" title="Consent withdrawn in the last 7 days">
      <ul className="mt-1 list-disc space-y-1 pl-5">
        {rows.slice(0, shown).map((row) => (
          <li key={`${row.groupId} ${row.source} ${row.why}`}>
            <Mono>{row.source}</Mono> left{' '}
            <Link to={paths.groupSources(row.groupId)} className="link">
              {row.groupName}
            </Link>
            , <Instant at={row.at} precision="min" />: {row.why}
            {row.fromNumber !== null && `, from its number ${writeCount(row.fromNumber)}`}.{' '}
            {row.reason && `“${row.reason}”`}
          </li>
        ))}
      </ul>
      {rows.length > shown && <p className="mt-1">And {rows.length - shown} more, on the pages of their groups.</p>}
    </Notice>
  )
}
