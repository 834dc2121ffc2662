import { Link } from '@remix-run/react'
import type { ReactNode } from 'react'
import { ClientAddressList } from '#app/components/client-addresses.tsx'
import { Money, Mono, MonoList } from '#app/components/figures.tsx'
import { inWords, plural } from '#app/components/format.ts'
import { type Fact, Facts, Section } from '#app/components/page.tsx'
import { Table } from '#app/components/table.tsx'
import { paths } from '#app/paths.ts'
import { protocolNames } from '#app/routes/names.ts'
import { isSessionId } from '#app/routes/params.ts'
import { levelNames } from '#domain/group/states.ts'
import { environmentNames, gatewayNames } from '#domain/reference/environment.ts'
import { agreedConnection, clientAddressesOf } from '#domain/request/addresses.ts'
import { contactsIn } from '#domain/request/contacts.ts'
import type { ConnectionEntry, ContactEntry } from '#domain/request/document.ts'
import { clearingFirmName, itemSentence, type NamedFirm } from '#domain/request/items.ts'
import type { Sheet, Slice } from '#domain/request/round.ts'
import type { RequestView } from '#views/request/request-view.ts'
import { paperFacts } from './paper-facts.tsx'

const messages = (level: Sheet['level'], rejects: boolean) =>
  level === null ? 'None' : `${levelNames[level]}${rejects ? ', with rejects' : ''}`

/** The sheet that owner and exchange read: everything the request does. */
export function SheetView({ view }: { view: Pick<RequestView, 'number' | 'document' | 'parties'> & { sheet: Sheet } }) {
  const { sheet, document } = view
  const firms = view.parties.flatMap((party) => party.slice?.firm ?? [])
  const contacts = document ? contactsIn(document).contacts : []
  return (
    <>
      <Section title="What it does">
        <Facts
          facts={[
            { term: 'Copies go to', value: `${sheet.owner}, group ${sheet.group}` },
            { term: 'Environment', value: environmentNames[sheet.environment] },
            { term: 'Messages', value: messages(sheet.level, sheet.rejects) },
            { term: 'Protocol', value: protocolNames[sheet.protocol] ?? sheet.protocol },
            document?.kind === 'new-group' && document.purpose !== '' && { term: 'Purpose', value: document.purpose },
            document !== null && document.kind !== 'new-group' && { term: 'Why', value: document.reason },
            { term: 'Fee', value: sheet.fee?.sentence ?? 'None' },
            { term: 'Billed to', value: sheet.billTo },
            ...(sheet.paper ? paperFacts(sheet.paper, paths.requestPaperFile(view.number, sheet.paper.id)) : []),
          ]}
        />
      </Section>
      {document?.kind !== 'new-group' && (
        <Section title="Step by step">
          <ol className="list-decimal pl-5">
            {sheet.items.map((item) => (
              <li key={itemSentence(item)}>{itemSentence(item, firms)}</li>
            ))}
          </ol>
        </Section>
      )}
      <SheetTables sheet={sheet} />
      <Contacts contacts={contacts} firms={firms} />
      {document?.kind === 'new-group' && <ConnectionFacts connection={document.connection} />}
    </>
  )
}

const changeWords = { add: 'Added', remove: 'Removed', keep: 'Stays' } as const

function SheetTables({ sheet }: { sheet: Sheet }) {
  return (
    <>
      <Section title="Source sessions">
        <Table
          caption="Source sessions"
          rows={sheet.sources}
          rowKey={(source) => source.name}
          empty="None."
          columns={[
            { key: 'name', head: 'Source', cell: (source) => <Mono>{source.name}</Mono> },
            { key: 'change', head: 'Change', cell: (source) => changeWords[source.change] },
            {
              key: 'holder',
              head: 'Session of',
              cell: (source) => source.holder ?? sheet.owner,
              blank: () => sheet.sources.every((source) => source.holder === undefined),
            },
            { key: 'gateway', head: 'Gateway', cell: (source) => gatewayNames[source.gatewayKind] },
            { key: 'guarantors', head: 'Guaranteed by', cell: (source) => inWords(source.guarantors) || 'nobody' },
          ]}
        />
      </Section>
      <Section title="Targets">
        <Table
          caption="Targets"
          rows={sheet.targets}
          rowKey={(target) => target.sessionId}
          empty="None."
          columns={[
            {
              key: 'target',
              head: 'Target',
              cell: ({ sessionId }) =>
                isSessionId(sessionId) ? (
                  <Link to={paths.target(sessionId)} className="link">
                    <Mono>{sessionId}</Mono>
                  </Link>
                ) : (
                  sessionId
                ),
            },
            { key: 'new', head: 'Change', cell: (target) => (target.isNew ? 'New' : 'Stays') },
            { key: 'gateway', head: 'Sources on', cell: (target) => gatewayNames[target.gatewayKind] },
            { key: 'sources', head: 'Carries', cell: (target) => <MonoList names={target.sources} /> },
          ]}
        />
      </Section>
    </>
  )
}

/** People whom a clearing firm authorizes by signing. */
export function Contacts({
  contacts,
  firms,
  title = 'Authorized contacts',
  intro,
  notes = {},
}: {
  contacts: readonly ContactEntry[]
  firms: readonly NamedFirm[]
  title?: string
  intro?: string | undefined
  /** facts about a clearing firm's part, by the firm's ID */
  notes?: Readonly<Record<string, string>>
}) {
  if (contacts.length === 0) return null
  return (
    <Section title={title} intro={intro}>
      <Table
        caption={title}
        rows={contacts}
        rowKey={(contact) => contact.email + contact.clearingCode}
        empty=""
        columns={[
          { key: 'name', head: 'Name', cell: (contact) => contact.name },
          { key: 'title', head: 'Title', cell: (contact) => contact.title || '–', blank: (contact) => !contact.title },
          { key: 'email', head: 'E-mail', cell: (contact) => contact.email },
          { key: 'phone', head: 'Telephone', cell: (contact) => contact.phone },
          { key: 'firm', head: 'Authorized by', cell: (contact) => clearingFirmName(contact.clearingCode, firms) },
          {
            key: 'note',
            head: 'But',
            wide: true,
            cell: (contact) => notes[contact.clearingCode] ?? '',
            blank: (contact) => notes[contact.clearingCode] === undefined,
          },
        ]}
      />
    </Section>
  )
}

function ConnectionFacts({ connection }: { connection: ConnectionEntry }) {
  return (
    <Section title="Connection">
      <Facts
        facts={[
          { term: 'Line', value: connection.line === 'new' ? 'A new line' : 'A line that the firm has already' },
          {
            term: 'Client addresses',
            value: <ClientAddressList {...clientAddressesOf(agreedConnection(connection))} />,
          },
          connection.notes !== '' && { term: 'Notes', value: connection.notes },
        ]}
      />
    </Section>
  )
}

/** What one party agrees to, and nothing else of the request. */
export function SliceView({ slice }: { slice: Slice }) {
  const facts: (Fact | false)[] = [
    { term: 'Copies go to', value: slice.recipient.name },
    { term: 'Group', value: slice.group },
    { term: 'Environment', value: environmentNames[slice.environment] },
    slice.why !== undefined && { term: 'Why it is asked for', value: slice.why },
    slice.capacity !== 'bill-to' && {
      term: 'Messages',
      value: `${messages(slice.level, slice.rejects)}${slice.levelBefore ? `; until now ${levelNames[slice.levelBefore]}` : ''}`,
    },
    slice.capacity !== 'bill-to' && { term: 'Protocol', value: protocolNames[slice.protocol] ?? slice.protocol },
    slice.capacity !== 'bill-to' && { term: sourcesTerm(slice), value: <Sources slice={slice} /> },
    slice.payment !== undefined && { term: 'Account', value: slice.payment.account },
    slice.payment !== undefined && {
      term: 'A month',
      value: <Money minor={slice.payment.amountMinor} currency={slice.payment.currency} />,
    },
    ...(slice.paper ? paperFacts(slice.paper) : []),
  ]
  return (
    <>
      <Facts facts={facts} />
      {slice.contacts.length > 0 && (
        <div className="mt-6">
          <Contacts
            contacts={slice.contacts}
            firms={[slice.firm]}
            title="People authorized with it"
            intro={
              slice.capacity === 'guarantor'
                ? `They may submit later changes of this group. For sessions of ${slice.recipient.name} that ${slice.firm.name} guarantees, what they submit is its consent.`
                : undefined
            }
          />
        </div>
      )}
    </>
  )
}

const sourcesTerm = (slice: Slice) =>
  slice.capacity === 'guarantor' ? `Sessions guaranteed by ${slice.firm.name}` : 'Sessions that change'

function Sources({ slice: { sources, ofOthers = [], capacity, contacts } }: { slice: Slice }): ReactNode {
  if (sources.length === 0)
    return capacity === 'guarantor' && contacts.length > 0 ? 'none that asks for consent anew' : 'none'
  return (
    <>
      <span className="sr-only">{plural(sources.length, 'session')}: </span>
      <MonoList names={sources} />
      {ofOthers.map(({ source, firm }) => (
        <span key={source} className="block">
          <Mono>{source}</Mono> is a session of {firm}.
        </span>
      ))}
    </>
  )
}
