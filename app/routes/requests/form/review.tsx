import { Link } from '@remix-run/react'
import { useMemo } from 'react'
import { ClientAddressList } from '#app/components/client-addresses.tsx'
import { MonoList } from '#app/components/figures.tsx'
import { CommandForm, FormActions, Submit } from '#app/components/form.tsx'
import { inWords, plural } from '#app/components/format.ts'
import { Facts, Notice, Section } from '#app/components/page.tsx'
import type { Refusal } from '#app/components/refusal.ts'
import { paths } from '#app/paths.ts'
import { protocolNames } from '#app/routes/names.ts'
import { PaperFacts } from '#app/routes/requests/paper-facts.tsx'
import { PreviewTables } from '#app/routes/requests/request-preview.tsx'
import { Contacts } from '#app/routes/requests/request-sheet.tsx'
import { stepOfProblem, stepsOf } from '#app/routes/requests/request-steps.ts'
import { levelNames } from '#domain/group/states.ts'
import { contactsIn } from '#domain/request/contacts.ts'
import type { DraftDocument } from '#domain/request/document.ts'
import type { DraftView } from '#views/request/request-view.ts'
import type { StepProps } from './form.tsx'

/** The last step: all of it in the words the other side will read, then the signature. */
export function ReviewStep({ draft, commandId, refusal, byExchange }: StepProps) {
  const { document, preview } = draft
  const inOne = useMemo(() => refusal && withoutFields(refusal), [refusal]) // each new object takes the focus
  const incomplete = draft.problems.length > 0 ? 'First correct what is listed above.' : null
  const noPaper = byExchange && !draft.paper ? `First attach what ${draft.ownerName} has signed.` : null
  const whyNot = draft.submit.may ? (incomplete ?? noPaper) : (draft.submit.why ?? 'Not now.')
  return (
    <div className="max-w-4xl">
      <Problems draft={draft} />
      <Section title="What is asked for">
        <DocumentFacts document={document} draft={draft} />
      </Section>
      <PreviewTables preview={preview} />
      <Contacts contacts={contactsIn(document).contacts} firms={draft.clearingFirms} notes={preview.contactNotes} />
      <PaperSection draft={draft} byExchange={byExchange} />
      <Section title="Signature">
        {draft.problems.length === 0 && ( // while there are problems, nobody can say what is signed and who receives it
          <div className="mb-3 max-w-2xl space-y-2 border-l-4 border-accent pl-4">
            {preview.sentences.map((sentence) => (
              <p key={sentence}>{sentence}</p>
            ))}
          </div>
        )}
        {preview.hasUnseen && preview.sentences.length > 1 && (
          <p className="mb-3 max-w-2xl text-muted">
            Not all sessions are your firm’s. A clearing firm named here that also guarantees one of the others is asked
            for its signature instead.
          </p>
        )}
        <CommandForm commandId={commandId} refusal={inOne}>
          <input type="hidden" name="version" value={draft.version} />
          <FormActions>
            {whyNot === null ? (
              <Submit>Sign and submit</Submit>
            ) : (
              <>
                <button type="button" disabled className="button" aria-describedby="why-not">
                  Sign and submit
                </button>
                <span id="why-not" className="text-muted">
                  {whyNot}
                </span>
              </>
            )}
          </FormActions>
        </CommandForm>
      </Section>
    </div>
  )
}

/** What the firm signed, where the exchange enters the request on its behalf. */
function PaperSection({ draft, byExchange }: { draft: DraftView; byExchange: boolean }) {
  const { paper, number, onBehalf, ownerName } = draft
  if (!onBehalf || (!paper && !byExchange)) return null
  return (
    <Section title={`Paper of ${ownerName}`}>
      {paper ? (
        <PaperFacts paper={paper} number={number} />
      ) : (
        <p className="max-w-2xl">
          You enter this on behalf of {ownerName}. Attach what {ownerName} has signed: its digest is shown to every
          party.
        </p>
      )}
      {byExchange && (
        <p className="mt-3">
          <Link to={paths.requestPaper(number)} className="button">
            {paper ? 'Replace or remove it' : 'Attach the paper'}
          </Link>
        </p>
      )}
    </Section>
  )
}

/** The fields are on other pages, so their errors are listed here. */
const withoutFields = (refusal: Refusal): Refusal =>
  refusal.code === 'incomplete'
    ? { ...refusal, sentence: Object.values(refusal.fields).join(' '), fields: {} }
    : { ...refusal, fields: {} }

function Problems({ draft }: { draft: DraftView }) {
  if (draft.problems.length === 0) return null
  const titles = new Map(stepsOf(draft.kind).map((step) => [step.id, step.title]))
  return (
    <Notice tone="amber" title={`${plural(draft.problems.length, 'thing needs', 'things need')} another look`}>
      <ul className="mt-1 list-disc pl-5">
        {draft.problems.map((problem) => {
          const step = stepOfProblem(draft.kind, problem.step)
          return (
            <li key={problem.field}>
              <Link to={`${paths.requestStep(draft.number, step)}?check`} className="link">
                {titles.get(step)}
              </Link>
              : {problem.message}
            </li>
          )
        })}
      </ul>
    </Notice>
  )
}

const none = <span className="text-muted">missing</span>

function DocumentFacts({ document, draft }: { document: DraftDocument; draft: DraftView }) {
  if (document.kind === 'close')
    return (
      <Facts
        facts={[
          { term: 'Close', value: draft.groupName },
          { term: 'Why', value: document.reason || none },
        ]}
      />
    )
  if (document.kind === 'change')
    return (
      <Facts
        facts={[
          { term: 'Group', value: draft.groupName },
          { term: 'Why', value: document.reason || none },
          document.addSources.length > 0 && { term: 'Add', value: <MonoList names={document.addSources} /> },
          document.removeSources.length > 0 && {
            term: 'Remove',
            value: inWords(
              document.removeSources.map((row) => `${row.source}${row.revoked ? ' and nothing again' : ''}`),
            ),
          },
          document.level !== null && { term: 'Messages', value: levelNames[document.level] },
          Boolean(document.addresses) && {
            term: 'Client addresses',
            value: <ClientAddressList allowFrom={document.addresses ?? []} />,
          },
          document.rejects !== null && { term: 'Reject messages', value: document.rejects ? 'Copied too' : 'Left out' },
        ]}
      />
    )
  const account = draft.accounts.find(({ id }) => id === document.billingAccountId)
  const { connection } = document
  return (
    <Facts
      facts={[
        { term: 'Group', value: document.groupName || none },
        { term: 'Owner', value: draft.ownerName },
        document.purpose !== '' && { term: 'Purpose', value: document.purpose },
        { term: 'Sessions', value: document.sources.length > 0 ? <MonoList names={document.sources} /> : none },
        {
          term: 'Messages',
          value: document.level ? `${levelNames[document.level]}${document.rejects ? ', with rejects' : ''}` : none,
        },
        { term: 'Protocol', value: document.protocol ? protocolNames[document.protocol] : none },
        { term: 'Billed to', value: account ? `${account.paidBy}, account ${account.number}` : none },
        draft.preview.fee !== null && { term: 'Fee', value: draft.preview.fee.sentence },
        {
          term: 'Line',
          value:
            connection.line === ''
              ? none
              : connection.line === 'new'
                ? 'A new line'
                : 'A line that the firm has already',
        },
        {
          term: 'Client addresses',
          value: <ClientAddressList allowFrom={connection.addresses} />,
        },
        connection.notes !== '' && { term: 'Notes', value: connection.notes },
      ]}
    />
  )
}
