import { Link } from '@remix-run/react'
import { FeedLink } from '#app/components/feed-name.tsx'
import { Notice } from '#app/components/page.tsx'
import { Instant } from '#app/components/time.tsx'
import { paths } from '#app/paths.ts'
import { canWait } from '#domain/alarm/codes.ts'

type AlarmRow = {
  code: string
  says: string
  since: Date | string
  feed?: string | undefined
  target?: string | undefined
}

/** What the connector wants somebody to know. */
export function Alarm({ alarm: { code, says, since, feed, target } }: { alarm: AlarmRow }) {
  const link = feed ? (
    <FeedLink id={feed} />
  ) : (
    target && (
      <Link to={paths.target(target)} className="link">
        Target {target}
      </Link>
    )
  )
  if (code === 'aside')
    return (
      <Notice tone="amber" title="Messages are kept aside">
        {says}: stored, but not delivered. Since <Instant at={since} />. {link}
      </Notice>
    )
  return (
    <Notice tone={canWait(code) ? 'amber' : 'red'} title={says}>
      Since <Instant at={since} />. {link}
    </Notice>
  )
}
