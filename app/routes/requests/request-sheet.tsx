import { Link } from '@remix-run/react'
import type { ReactNode } from 'react'
import { Arrow } from '#app/components/arrow.tsx'
import { ClientAddressList } from '#app/components/client-addresses.tsx'
import { Money, Mono, MonoList } from '#app/components/figures.tsx'
import { Fold } from '#app/components/fold.tsx'
import { inWords, plural } from '#app/components/format.ts'
import { type Fact, Facts, Section } from '#app/components/page.tsx'
import { SourceName } from '#app/components/source-name.tsx'
import { Table } from '#app/components/table.tsx'
import { paths } from '#app/paths.ts'
import { protocolNames } from '#app/routes/names.ts'
import { isSessionId } from '#app/routes/params.ts'
import { environmentNames, gatewayNames } from '#domain/reference/environment.ts'
import { agreedConnection, clientAddressesOf } from '#domain/request/addresses.ts'
import { changesOf, messageWords } from '#domain/request/changes.ts'
import { contactsIn } from '#domain/request/contacts.ts'
import type { ConnectionEntry, ContactEntry } from '#domain/request/document.ts'
import { clearingFirmName, type Item, type NamedFirm } from '#domain/request/items.ts'
import type { Sheet, Slice } from '#domain/request/round.ts'
import { askedWords } from '#domain/request/signing.ts'
import type { RequestView } from '#views/request/request-view.ts'
import { paperFacts } from './paper-facts.tsx'
import { Changes } from './request-changes.tsx'

type Shown = Pick<RequestView, 'number' | 'document' | 'parties'> & { sheet: Sheet }

/** The sheet that owner and exchange read: first what the request changes, last and folded what stays. */
export function SheetView({ view }: { view: Shown }) {
  const { sheet, document } = view
  const firms = view.parties.flatMap((party) => party.slice?.firm ?? [])
  const contacts = document ? contactsIn(document).contacts : []
  const isNew = document?.kind === 'new-group'
  const newTargets = sheet.targets.flatMap((target) => (target.isNew ? [target.sessionId] : []))
  return (
    <>
      <Section title={isNew ? 'What is asked for' : 'What changes'}>
        <Changes changes={changesOf(sheet.items, firms, newTargets)} />
      </Section>
      <Section title="Why, and at what cost">
        <Facts
          facts={[
            isNew && document.purpose !== '' && { term: 'Purpose', value: document.purpose },
            document !== null && document.kind !== 'new-group' && { term: 'Why', value: document.reason },
            { term: 'Fee', value: sheet.fee?.sentence ?? 'None' },
            { term: 'Billed to', value: sheet.billTo },
            ...(sheet.paper ? paperFacts(sheet.paper, paths.requestPaperFile(view.number, sheet.paper.id)) : []),
          ]}
        />
      </Section>
      <Section title="In detail">
        <Fold title="Source sessions" summary={countOf(sheet)}>
          <SourceTable sheet={sheet} />
        </Fold>
        {sheet.targets.length > 0 && (
          <Fold title="Targets" summary={inWords(sheet.targets.map(({ sessionId }) => sessionId))}>
            <TargetTable sheet={sheet} />
          </Fold>
        )}
        {contacts.length > 0 && (
          <Fold title="Authorized contacts" summary={inWords([...new Set(contacts.map(({ name }) => name))])}>
            <ContactTable contacts={contacts} firms={firms} />
          </Fold>
        )}
        {isNew && (
          <Fold title="Connection" summary={lineWords[document.connection.line]}>
            <ConnectionFacts connection={document.connection} />
          </Fold>
        )}
        <Fold title={isNew ? 'Environment and protocol' : 'What stays'} summary={constantsOf(sheet, isNew)}>
          <Facts
            facts={[
              { term: 'Copies go to', value: `${sheet.owner}, group ${sheet.group}` },
              { term: 'Environment', value: environmentNames[sheet.environment] },
              { term: 'Messages', value: messageWords(sheet.level, sheet.rejects) },
              { term: 'Protocol', value: protocolNames[sheet.protocol] ?? sheet.protocol },
            ]}
          />
        </Fold>
      </Section>
    </>
  )
}

/** "2 added, 1 removed, 4 stay" */
function countOf({ sources }: Sheet): string {
  const count = (change: 'add' | 'remove' | 'keep', word: string) => {
    const many = sources.filter((source) => source.change === change).length
    return many > 0 ? [`${many} ${many === 1 && word === 'stay' ? 'stays' : word}`] : []
  }
  return [...count('add', 'added'), ...count('remove', 'removed'), ...count('keep', 'stay')].join(', ') || 'none'
}

/** What the request leaves as it is, said and not only named. */
function constantsOf({ environment, protocol, level, rejects, items }: Sheet, isNew: boolean): string {
  const turns = items.some(({ op }) => op === 'set-level' || op === 'set-rejects' || op === 'close-group')
  const messages = isNew || turns ? [] : [messageWords(level, rejects)]
  return [...messages, protocolNames[protocol] ?? protocol, environmentNames[environment]].join(', ')
}

const changeWords = { add: 'Added', remove: 'Removed', keep: 'Stays' } as const

const SourceTable = ({ sheet }: { sheet: Sheet }) => (
  <Table
    caption="Source sessions"
    rows={sheet.sources}
    rowKey={(source) => source.name}
    empty="None."
    columns={[
      {
        key: 'name',
        head: 'Source session',
        // the owner may not see a session of another firm before it is in one of its groups
        cell: ({ name, holder }) => (holder === undefined ? <SourceName name={name} /> : <Mono>{name}</Mono>),
      },
      { key: 'change', head: 'Change', cell: (source) => changeWords[source.change] },
      {
        key: 'holder',
        head: 'Session of',
        cell: (source) => source.holder ?? sheet.owner,
        blank: () => sheet.sources.every((source) => source.holder === undefined),
      },
      { key: 'gateway', head: 'Gateway', cell: (source) => gatewayNames[source.gatewayKind] },
      { key: 'guarantors', head: 'Guaranteed by', cell: (source) => inWords(source.guarantors) || 'no clearing firm' },
    ]}
  />
)

const TargetTable = ({ sheet }: { sheet: Sheet }) => (
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
)

/** People whom a clearing firm authorizes by signing. */
export function Contacts({
  contacts,
  firms,
  title = 'Authorized contacts',
  intro,
  notes = {},
}: ContactsProps & { title?: string; intro?: string | undefined }) {
  if (contacts.length === 0) return null
  return (
    <Section title={title} intro={intro}>
      <ContactTable caption={title} contacts={contacts} firms={firms} notes={notes} />
    </Section>
  )
}

type ContactsProps = {
  contacts: readonly ContactEntry[]
  firms: readonly NamedFirm[]
  /** facts about a clearing firm's part, by the firm's ID */
  notes?: Readonly<Record<string, string>>
}

const ContactTable = ({
  caption = 'Authorized contacts',
  contacts,
  firms,
  notes = {},
}: ContactsProps & { caption?: string }) => (
  <Table
    caption={caption}
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
        head: 'Note',
        wide: true,
        cell: (contact) => notes[contact.clearingCode] ?? '',
        blank: (contact) => notes[contact.clearingCode] === undefined,
      },
    ]}
  />
)

/** The line of a new group's clients, in words. */
export const lineWords: Record<ConnectionEntry['line'], string> = {
  new: 'A new line',
  existing: 'A line that the firm has already',
}

const ConnectionFacts = ({ connection }: { connection: ConnectionEntry }) => (
  <Facts
    facts={[
      { term: 'Line', value: lineWords[connection.line] },
      {
        term: 'Client addresses',
        value: <ClientAddressList {...clientAddressesOf(agreedConnection(connection))} />,
      },
      connection.notes !== '' && { term: 'Notes', value: connection.notes },
    ]}
  />
)

/**
 * What one party agrees to, and nothing else of the request: all that the digest covers.
 * @param firms that may be named beside its own
 */
export function SliceView({ slice, firms = [slice.firm] }: { slice: Slice; firms?: readonly NamedFirm[] }) {
  const isExchange = slice.capacity === 'exchange'
  const has = (...ops: Item['op'][]) => slice.items?.some(({ op }) => ops.includes(op)) ?? false
  const saysSources = has('add-source', 'remove-source') && slice.ofOthers === undefined // above, with what changes
  const facts: (Fact | false)[] = [
    !isExchange && { term: 'Asked of you', value: <span className="font-medium">{askedWords(slice)}</span> },
    { term: 'Copies go to', value: slice.recipient.name },
    { term: 'Group', value: slice.group },
    { term: 'Environment', value: environmentNames[slice.environment] },
    slice.why !== undefined && { term: 'Why it is asked for', value: slice.why },
    slice.capacity !== 'bill-to' && !has('set-level') && { term: 'Messages', value: <Messages slice={slice} /> },
    slice.capacity !== 'bill-to' && { term: 'Protocol', value: protocolNames[slice.protocol] ?? slice.protocol },
    slice.capacity !== 'bill-to' && !saysSources && { term: sourcesTerm(slice), value: <Sources slice={slice} /> },
    slice.payment !== undefined && { term: 'Account', value: slice.payment.account },
    slice.payment !== undefined && {
      term: 'A month',
      value: <Money minor={slice.payment.amountMinor} currency={slice.payment.currency} />,
    },
    ...(slice.paper ? paperFacts(slice.paper) : []),
  ]
  return (
    <>
      {slice.items !== undefined && (
        <div className="mb-6">
          <Changes changes={changesOf(slice.items, firms)} />
        </div>
      )}
      <Facts facts={facts} />
      {slice.connection && (
        <div className="mt-6">
          <ConnectionFacts connection={slice.connection} />
        </div>
      )}
      {slice.contacts.length > 0 && (
        <div className="mt-6">
          <Contacts
            contacts={slice.contacts}
            firms={firms}
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

function Messages({ slice: { level, rejects, levelBefore } }: { slice: Slice }): ReactNode {
  const now = messageWords(level, rejects)
  return levelBefore ? (
    <>
      <span className="text-muted">{messageWords(levelBefore, false)}</span> <Arrow />{' '}
      <span className="font-medium">{now}</span>
    </>
  ) : (
    now
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
