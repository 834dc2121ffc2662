import { MonoList } from '#app/components/figures.tsx'
import { FirmName } from '#app/components/firm-name.tsx'
import { inWords } from '#app/components/format.ts'
import { Section } from '#app/components/page.tsx'
import { type Shape, State, StateShape, type Tone } from '#app/components/state-word.tsx'
import { Table } from '#app/components/table.tsx'
import { Age, Instant } from '#app/components/time.tsx'
import type { ProgressStep } from '#domain/request/progress.ts'
import { sentenceCase } from '#domain/sentence-case.ts'
import type { PartyView } from '#views/request/request-view.ts'
import { capacityNames } from './request-preview.tsx'

const looks: Record<ProgressStep['state'], { tone: Tone; shape: Shape; word: string }> = {
  done: { tone: 'green', shape: 'check', word: 'Done' },
  now: { tone: 'blue', shape: 'half', word: 'Now' },
  ahead: { tone: 'grey', shape: 'ring', word: 'Later' },
  unfinished: { tone: 'grey', shape: 'ring', word: 'Not finished' },
  end: { tone: 'red', shape: 'cross', word: 'Ended' },
}

/** Who must act until the request runs, in the order of acting: a line where there is room, else a list downwards. */
export function ProgressLine({ steps, parties }: { steps: readonly ProgressStep[]; parties: readonly PartyView[] }) {
  return (
    <Section title="Who acts, in order">
      <ol className="progress">
        {steps.map((step) => (
          <li
            key={step.id}
            data-state={step.state}
            aria-current={step.state === 'now' ? 'step' : undefined}
            className="progress-step"
          >
            <span className="progress-mark">
              <StateShape {...looks[step.state]} />
            </span>
            <div className="min-w-0">
              <p className="text-caption font-medium text-muted">{looks[step.state].word}</p>
              <p className={step.state === 'ahead' ? 'text-muted' : 'font-semibold'}>{step.title}</p>
              <p className="text-caption text-muted">
                {step.word}
                <When at={step.at} isWaiting={step.state === 'now'} />
              </p>
              {step.id === 'firms' && <Firms parties={parties} />}
            </div>
          </li>
        ))}
      </ol>
    </Section>
  )
}

function When({ at, isWaiting }: { at: Date | null; isWaiting: boolean }) {
  if (!at) return null
  return (
    <>
      {isWaiting ? ', for ' : ', '}
      <Age at={at} ago={!isWaiting} />
    </>
  )
}

/** How many firms are listed on the line; the others unfold. */
const most = 6

function Firms({ parties }: { parties: readonly PartyView[] }) {
  const firms = parties.filter(({ capacity }) => capacity !== 'exchange')
  const inOrder = [...firms.filter(({ isMet }) => !isMet), ...firms.filter(({ isMet }) => isMet)]
  const rest = inOrder.slice(most)
  return (
    <>
      <FirmList parties={inOrder.slice(0, most)} />
      {rest.length > 0 && (
        <details>
          <summary className="link mt-1 inline-block text-caption">and {rest.length} more</summary>
          <FirmList parties={rest} />
        </details>
      )}
    </>
  )
}

const FirmList = ({ parties }: { parties: readonly PartyView[] }) => (
  <ul className="mt-1.5 grid gap-1.5">
    {parties.map((party) => (
      <li key={`${party.firmId} ${party.capacity}`} className="flex items-baseline gap-1.5 text-table">
        <span className="relative top-px">
          <StateShape {...standingLook(party)} />
        </span>
        <span>
          {party.firmName}
          {party.capacity === 'bill-to' && `, ${capacityNames[party.capacity]}`}
          <span className="block text-caption text-muted">
            {sentenceCase(party.standing)}
            <When at={party.since} isWaiting={!party.isMet && party.standing === 'waiting'} />
            {party.couldAnswer.length > 0 && <>. {whoCan(party.couldAnswer)}</>}
          </span>
        </span>
      </li>
    ))}
  </ul>
)

const whoCan = (names: readonly string[]): string =>
  names.length > 3
    ? `${names.slice(0, 2).join(', ')} or ${names.length - 2} others can answer`
    : `${inWords(names, 'or')} can answer`

/** The firms that are asked, each with what it is asked for and who can answer. */
export function Parties({ parties }: { parties: readonly PartyView[] }) {
  return (
    <Table
      caption="Parties"
      rows={parties}
      rowKey={(party) => `${party.firmId}${party.capacity}`}
      empty=""
      columns={[
        { key: 'firm', head: 'Firm', cell: (party) => <FirmName id={party.firmId} name={party.firmName} /> },
        { key: 'capacity', head: 'Asked', cell: (party) => capacityNames[party.capacity] },
        {
          key: 'standing',
          head: 'State',
          cell: (party) => <State {...standingLook(party)} word={sentenceCase(party.standing)} />,
        },
        { key: 'since', head: 'Since', tight: true, cell: (party) => <Instant at={party.since} precision="min" /> },
        {
          key: 'sources',
          head: 'For',
          cell: (party) =>
            party.slice && party.slice.sources.length > 0 ? <MonoList names={party.slice.sources} /> : '–',
          blank: (party) => !party.slice?.sources.length,
        },
        {
          key: 'people',
          head: 'Who can answer',
          cell: (party) => party.couldAnswer.join(', ') || '–',
          blank: (party) => party.couldAnswer.length === 0,
        },
      ]}
    />
  )
}

/** What a decision against the request did to the request; otherwise whether the party has agreed. */
const standingLook = ({ standing, isMet }: PartyView): { tone: Tone; shape: Shape } => {
  if (standing === 'returned') return { tone: 'amber', shape: 'triangle' }
  if (standing === 'rejected') return { tone: 'red', shape: 'cross' }
  return isMet ? { tone: 'green', shape: 'check' } : { tone: 'grey', shape: 'ring' }
}
