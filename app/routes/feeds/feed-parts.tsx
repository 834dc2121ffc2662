import { Count, Mono } from '#app/components/figures.tsx'
import { ButtonLink, Facts, Section } from '#app/components/page.tsx'
import { Age, Instant } from '#app/components/time.tsx'
import { paths } from '#app/paths.ts'
import { resetWords } from '#domain/reference/feed-input.ts'
import { feedStateWords } from '#domain/status/words.ts'
import type { FeedView } from '#views/feed/feed-page.ts'

/** The FIX session as the connector sees it. */
export function FeedSession({ session, stale }: { session: FeedView['session']; stale: boolean }) {
  if (!session)
    return (
      <Section title="Session" id="session">
        <p className="text-muted">The connector has not reported on this feed yet.</p>
      </Section>
    )
  return (
    <Section title="Session" id="session">
      <Facts
        facts={[
          { term: 'State', value: feedStateWords[session.state] },
          { term: 'Since', value: <Instant at={session.since} /> },
          session.address !== null && { term: 'Gateway address', value: <Mono>{session.address}</Mono> },
          { term: 'Next number from it', value: <Count of={session.nextIn} stale={stale} /> },
          { term: 'Next number to it', value: <Count of={session.nextOut} stale={stale} /> },
          { term: 'Last heard', value: <Age at={session.lastReceivedAt} ago /> },
          session.detail !== null && { term: 'Note', value: session.detail },
        ]}
      />
    </Section>
  )
}

const modes = { accept: 'The gateway connects to us', initiate: 'We connect to the gateway' }
const dialects = {
  encapsulated: 'Many sources, each message whole inside 35=n',
  plain: 'One source, its messages as they are',
}

/** How the gateway and the connector find each other. */
export function FeedConnection({
  id,
  connection,
  mayReset,
}: {
  id: string
  connection: FeedView['connection']
  mayReset: boolean
}) {
  if (!connection) return null
  const { mode, host, port, dialect, ourCompId, theirCompId } = connection
  return (
    <Section title="Connection">
      <Facts
        facts={[
          { term: 'Who connects', value: modes[mode] },
          { term: 'Address', value: <Mono>{`${host}:${port}`}</Mono> },
          { term: 'Its CompID', value: <Mono>{theirCompId}</Mono> },
          { term: 'Our CompID', value: <Mono>{ourCompId}</Mono> },
          { term: 'Messages', value: dialects[dialect] },
          mode === 'initiate' && { term: 'Numbers start at 1', value: resetWords(connection.reset) },
        ]}
      />
      {mode === 'initiate' && mayReset && (
        <div className="mt-4">
          <ButtonLink to={paths.feedReset(id)}>Change when numbers start at 1</ButtonLink>
        </div>
      )}
    </Section>
  )
}
