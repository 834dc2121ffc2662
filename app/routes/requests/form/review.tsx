import { Link } from '@remix-run/react'
import { useMemo } from 'react'
import { ClientAddressList } from '#app/components/client-addresses.tsx'
import { Fold } from '#app/components/fold.tsx'
import { Submit } from '#app/components/form.tsx'
import { inWords, plural } from '#app/components/format.ts'
import { Facts, Notice, Section } from '#app/components/page.tsx'
import type { Refusal } from '#app/components/refusal.ts'
import { Signature } from '#app/components/signature.tsx'
import { paths } from '#app/paths.ts'
import { protocolNames } from '#app/routes/names.ts'
import { PaperFacts } from '#app/routes/requests/paper-facts.tsx'
import { Changes } from '#app/routes/requests/request-changes.tsx'
import { ChosenTable, ResultingTargets, Signers } from '#app/routes/requests/request-preview.tsx'
import { Contacts, lineWords } from '#app/routes/requests/request-sheet.tsx'
import { stepOfProblem, stepsOf } from '#app/routes/requests/request-steps.ts'
import { levelNames } from '#domain/group/states.ts'
import { rejectWords } from '#domain/request/changes.ts'
import { contactsIn } from '#domain/request/contacts.ts'
import type { ChangeDocument, DraftDocument } from '#domain/request/document.ts'
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
      <Signature
        title="Your signature"
        // while there are problems, it is open what is signed and who receives it
        sentences={draft.problems.length === 0 ? preview.sentences : []}
        commandId={commandId}
        refusal={inOne}
        fields={<input type="hidden" name="version" value={draft.version} />}
        actions={<Send whyNot={whyNot} />}
      >
        <Section title={document.kind === 'new-group' ? 'What is asked for' : 'What changes'}>
          <Changes changes={preview.changes} />
        </Section>
        <Signers preview={preview} />
        <Section title={document.kind === 'new-group' ? 'Purpose and cost' : 'Why'}>
          <Rest document={document} draft={draft} />
        </Section>
        {preview.sources.length > 0 && (
          <Section title="In detail">
            <Fold title="Source sessions" summary={plural(preview.sources.length, 'session')}>
              <ChosenTable preview={preview} />
            </Fold>
            <Fold title="Targets" summary={inWords(preview.targets.map(({ sessionId }) => sessionId))}>
              <ResultingTargets preview={preview} />
            </Fold>
          </Section>
        )}
        <Contacts contacts={contactsIn(document).contacts} firms={draft.clearingFirms} notes={preview.contactNotes} />
        <PaperSection draft={draft} byExchange={byExchange} />
        {preview.hasUnseen && preview.sentences.length > 1 && (
          <p className="mb-3 max-w-2xl text-muted">
            Not all sessions are your firm’s. A clearing firm named here that also guarantees one of the others is asked
            for its signature instead.
          </p>
        )}
      </Signature>
    </div>
  )
}

const Send = ({ whyNot }: { whyNot: string | null }) =>
  whyNot === null ? (
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
  )

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

/** What the request says besides what it changes; of a change, also what it leaves as it is. */
function Rest({ document, draft }: { document: DraftDocument; draft: DraftView }) {
  if (document.kind === 'close') return <Facts facts={[{ term: 'Why', value: document.reason || none }]} />
  if (document.kind === 'change')
    return (
      <Facts
        facts={[
          { term: 'Why', value: document.reason || none },
          draft.termsNow !== null && { term: 'Stays as it is', value: staying(document, draft.termsNow) },
        ]}
      />
    )
  const account = draft.accounts.find(({ id }) => id === document.billingAccountId)
  const { connection } = document
  return (
    <Facts
      facts={[
        { term: 'Owner', value: draft.ownerName },
        document.purpose !== '' && { term: 'Purpose', value: document.purpose },
        { term: 'Protocol', value: document.protocol ? protocolNames[document.protocol] : none },
        { term: 'Billed to', value: account ? `${account.paidBy}, account ${account.number}` : none },
        draft.preview.fee !== null && { term: 'Fee', value: draft.preview.fee.sentence },
        { term: 'Line', value: connection.line === '' ? none : lineWords[connection.line] },
        {
          term: 'Client addresses',
          value: <ClientAddressList allowFrom={connection.addresses} />,
        },
        connection.notes !== '' && { term: 'Notes', value: connection.notes },
      ]}
    />
  )
}

/** The terms that a change does not touch, each said. */
function staying(document: ChangeDocument, { level, rejects, protocol }: NonNullable<DraftView['termsNow']>): string {
  return [
    ...(document.level === null ? [levelNames[level]] : []),
    ...(document.rejects === null ? [`reject messages ${rejectWords(rejects).toLowerCase()}`] : []),
    protocolNames[protocol],
  ].join(', ')
}
