import { Link } from '@remix-run/react'
import { ClientAddressList } from '#app/components/client-addresses.tsx'
import { Copyable, CopyButton, Count, Mono } from '#app/components/figures.tsx'
import { Fold } from '#app/components/fold.tsx'
import { ledgerColumns } from '#app/components/ledger.tsx'
import { Facts, Section } from '#app/components/page.tsx'
import { SourceName } from '#app/components/source-name.tsx'
import { State } from '#app/components/state-word.tsx'
import { Table } from '#app/components/table.tsx'
import { Age, Instant } from '#app/components/time.tsx'
import { paths } from '#app/paths.ts'
import { credentialName, gatewayName, protocolNames } from '#app/routes/names.ts'
import { otherRole } from '#domain/session/fail-over.ts'
import type { RecentCopy } from '#domain/status/observed.ts'
import { targetStateWords } from '#domain/status/words.ts'
import type { CredentialRow, TargetView } from '#views/group/group-view.ts'
import { logonFacts } from './target-logon.ts'

/** What a client developer types into a configuration. */
export function Connection({ target, clientCommand }: { target: TargetView; clientCommand: string | null }) {
  return (
    <Section
      title="Connection"
      intro="What your client sends. The names are seen from your side."
      actions={<CopyButton text={connectionSheet(target)} label="all" large />}
    >
      <Facts
        facts={[
          ...target.listen.map((address) => ({
            term: address.role === 'primary' ? 'Primary address' : 'Backup address',
            value: <Copyable text={`${address.host}:${address.port}`} label={`the ${address.role} address`} />,
          })),
          target.listen.length > 1 && { term: 'In force', value: inForceWords(target) },
          { term: 'Client addresses', value: <ClientAddressList {...target.addresses} /> },
          { term: 'Protocol', value: protocolNames[target.protocol] ?? target.protocol },
          { term: 'Sources on', value: gatewayName(target.gateway) },
          clientCommand !== null && {
            term: 'In a terminal',
            value: <Copyable text={clientCommand} label="the command" />,
          },
          target.wanted !== 'closed' && {
            term: 'With QuickFIX',
            value: <QuickfixFiles sessionId={target.sessionId} />,
          },
        ]}
      />
      <div className="mt-3">
        <Fold title="Every field of its Logon" summary={`${target.senderCompId} to ${target.exchange.compId}`}>
          <Facts
            dense
            facts={[
              { term: 'BeginString (8)', value: <Mono>FIX.4.2</Mono> },
              { term: 'SenderCompID (49)', value: <Copyable text={target.senderCompId} label="SenderCompID" /> },
              { term: 'SenderSubID (50)', value: 'yours: letters and digits' },
              { term: 'SenderLocationID (142)', value: 'yours: where your client runs' },
              { term: 'TargetCompID (56)', value: <Copyable text={target.exchange.compId} label="TargetCompID" /> },
              { term: 'TargetSubID (57)', value: <Copyable text={target.exchange.subId} label="TargetSubID" /> },
              ...logonFacts(target.protocol),
            ]}
          />
        </Fold>
      </div>
    </Section>
  )
}

/** The connection as plain text, a line a fact, for a mail or a ticket. */
const connectionSheet = ({ sessionId, senderCompId, exchange, listen, protocol, addresses }: TargetView): string =>
  [
    `Target ${sessionId}`,
    ...listen.map(({ role, host, port }) => `${role === 'primary' ? 'Primary' : 'Backup'} address: ${host}:${port}`),
    `Client addresses: ${addresses.allowFrom.join(', ') || 'any'}`,
    `Protocol: ${protocolNames[protocol] ?? protocol}`,
    'BeginString (8): FIX.4.2',
    `SenderCompID (49): ${senderCompId}`,
    `TargetCompID (56): ${exchange.compId}`,
    `TargetSubID (57): ${exchange.subId}`,
  ].join('\n')

/** Addresses and names are filled in; the secret is left out. */
function QuickfixFiles({ sessionId }: { sessionId: string }) {
  return (
    <>
      <a href={paths.quickfixFile(sessionId, 'settings')} download className="link">
        Settings
      </a>{' '}
      and{' '}
      <a href={paths.quickfixFile(sessionId, 'dictionary')} download className="link">
        data dictionary
      </a>{' '}
      for QuickFIX, QuickFIX/J and QuickFIX/n
    </>
  )
}

/** Which address clients log on at, and what the other one does. */
const inForceWords = ({ inForce, protocol }: TargetView): string =>
  protocol === 'dc4'
    ? `the ${inForce} address; the ${otherRole(inForce)} address refuses Logons`
    : `the ${inForce} address; clients can log on at the ${otherRole(inForce)} address as well`

/** Passwords by fingerprint, access keys by id: who made them, when they last opened a session. */
export function Credentials({ target, credentials }: { target: TargetView; credentials: readonly CredentialRow[] }) {
  const name = credentialName(target.protocol)
  const all = name === 'password' ? 'Passwords' : 'Access keys'
  return (
    <Section
      title={all}
      intro={`${name === 'password' ? 'Shown once, when they are created.' : 'Each one’s secret is shown once, when it is created.'} ${name === 'password' ? 'Two may live at once, so that one can replace the other.' : 'Two may live at once: a newer one lets the older expire four weeks later. To be changed every 12 months.'}`}
    >
      <Table
        caption={all}
        rows={credentials}
        rowKey={(credential) => credential.id}
        empty={`No ${name} yet, so no client can log on. The owner’s technical contact creates one.`}
        columns={[
          {
            key: 'fingerprint',
            head: name === 'password' ? 'Fingerprint' : 'Access key',
            cell: (credential) => <Mono>{credential.fingerprint}</Mono>,
          },
          { key: 'state', head: 'State', cell: (credential) => <CredentialState credential={credential} /> },
          { key: 'by', head: 'Created by', cell: (credential) => credential.createdBy },
          { key: 'at', head: 'Created', cell: (credential) => <Instant at={credential.createdAt} precision="min" /> },
          {
            key: 'used',
            head: 'Last logon with it',
            cell: (credential) =>
              credential.lastUsedAt ? (
                <Instant at={credential.lastUsedAt} />
              ) : (
                <span className="text-muted">never</span>
              ),
          },
          {
            key: 'revoke',
            head: '',
            cell: (credential) =>
              credential.mayRevoke.may ? (
                <Link to={paths.revokeCredential(target.sessionId, credential.id)} className="link">
                  Revoke<span className="sr-only"> {credential.fingerprint}</span>
                </Link>
              ) : null,
            blank: (credential) => !credential.mayRevoke.may,
          },
        ]}
      />
    </Section>
  )
}

function CredentialState({ credential }: { credential: CredentialRow }) {
  const { standing, expiresAt, revokedAt } = credential
  if (standing === 'valid') return <State tone="green" shape="check" word="Valid" />
  if (standing === 'due')
    return <State tone="amber" shape="triangle" word="Due for change" detail="made more than 12 months ago" />
  const day = expiresAt && <Instant at={expiresAt} show="day" />
  if (standing === 'expiring') return <State tone="green" shape="check" word="Valid" detail={<>expires {day}</>} />
  if (revokedAt === null) return <State tone="grey" shape="cross" word="Expired" detail={day} />
  return (
    <State
      tone="grey"
      shape="cross"
      word="Revoked"
      detail={
        <>
          by {credential.revokedBy ?? 'somebody'}, <Instant at={revokedAt} precision="min" />
        </>
      }
    />
  )
}

/** The FIX session as the connector sees it. */
export function Session({ target, stale }: { target: TargetView; stale: boolean }) {
  const { session } = target
  if (!session)
    return (
      <Section title="Session">
        <p className="text-muted">The connector has not reported on this target yet.</p>
      </Section>
    )
  return (
    <Section title="Session">
      <Facts
        dense
        facts={[
          { term: 'State', value: targetStateWords[session.state] },
          session.since !== null && { term: 'Since', value: <Instant at={session.since} /> },
          session.address !== null && { term: 'Client address', value: <Mono>{session.address}</Mono> },
          { term: 'Next number to them', value: <Count of={session.nextOut} stale={stale} /> },
          { term: 'Next number from them', value: <Count of={session.nextIn} stale={stale} /> },
          session.lastLogonAt !== null && { term: 'Last logon', value: <Instant at={session.lastLogonAt} /> },
          session.lastLogoffAt !== null && {
            term: 'Last end of session',
            value: (
              <>
                <Instant at={session.lastLogoffAt} />
                {session.lastLogoffWhy && `: ${session.lastLogoffWhy}`}
              </>
            ),
          },
          (session.lastSentAt !== null || target.ledger.delivered === 0) && {
            term: 'Last sent',
            value: <Age at={session.lastSentAt} ago />,
          },
          { term: 'Last heard', value: <Age at={session.lastHeardAt} ago /> },
        ]}
      />
    </Section>
  )
}

/** Copies that are shown open; the others unfold. */
const openCopies = 5

/** The newest copies, decoded: what the client has just received. */
export function RecentCopies({
  copies,
  delivered,
  stale,
}: {
  copies: readonly RecentCopy[]
  delivered: number
  stale: boolean
}) {
  const more = copies.slice(openCopies)
  return (
    <Section title="Newest copies" intro={stale ? 'As last reported; the connector is silent.' : undefined}>
      <CopyTable caption="Newest copies" copies={copies.slice(0, openCopies)} delivered={delivered} />
      {more.length > 0 && (
        <details>
          <summary className="link cursor-pointer py-2">Show all {copies.length}</summary>
          <CopyTable caption="Copies before them" copies={more} delivered={delivered} />
        </details>
      )}
    </Section>
  )
}

function CopyTable({
  caption,
  copies,
  delivered,
}: {
  caption: string
  copies: readonly RecentCopy[]
  delivered: number
}) {
  return (
    <Table
      caption={caption}
      rows={copies}
      rowKey={(copy) => String(copy.seq)}
      empty={
        delivered === 0
          ? 'No copy has gone out on this target this week. The newest ten appear here when its client logs on.'
          : 'No copy has gone out since the connector started. The newest ten appear here with the next one.'
      }
      columns={[
        { key: 'seq', head: 'Number (34)', tight: true, number: true, cell: (copy) => <Count of={copy.seq} /> },
        { key: 'at', head: 'Sent', cell: (copy) => <Instant at={copy.at} show="time" precision="ms" /> },
        { key: 'source', head: 'Source', cell: (copy) => <Mono>{copy.source}</Mono> },
        { key: 'sourceSeq', head: 'Its number (1181)', number: true, cell: (copy) => <Count of={copy.sourceSeq} /> },
        { key: 'kind', head: 'What', cell: (copy) => copy.kind },
        { key: 'symbol', head: 'Symbol', cell: (copy) => copy.symbol ?? '–', blank: (copy) => !copy.symbol },
        { key: 'side', head: 'Side', cell: (copy) => copy.side ?? '–', blank: (copy) => !copy.side },
        { key: 'qty', head: 'Quantity', number: true, cell: (copy) => copy.qty ?? '–', blank: (copy) => !copy.qty },
        { key: 'px', head: 'Price', number: true, cell: (copy) => copy.px ?? '–', blank: (copy) => !copy.px },
      ]}
    />
  )
}

type SourceFigures = Pick<TargetView['sources'][number], 'name' | 'ledger'> & { highest?: number }

/** The sum for each source on this target, and for those that left it this week. */
export function TargetSources({
  sources,
  left,
  stale,
}: {
  sources: readonly SourceFigures[]
  left: TargetView['left']
  stale: boolean
}) {
  const rows: SourceFigures[] = [...sources, ...left]
  return (
    <Table
      caption="Source sessions on this target"
      rows={rows}
      rowKey={(source) => source.name}
      empty="No source session is placed on this target."
      columns={[
        {
          key: 'name',
          head: 'Source session',
          cell: ({ name, highest }) => (
            <>
              <SourceName name={name} />
              {highest === undefined && <span className="text-muted"> left the target</span>}
            </>
          ),
        },
        ...ledgerColumns<SourceFigures>((source) => source.ledger, stale),
        {
          key: 'highest',
          head: 'Highest number',
          number: true,
          cell: (source) => <Count of={source.highest ?? null} stale={stale} />,
        },
      ]}
    />
  )
}
