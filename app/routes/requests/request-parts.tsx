import { Link } from '@remix-run/react'
import { Mono } from '#app/components/figures.tsx'
import { Facts, Section } from '#app/components/page.tsx'
import { State } from '#app/components/state-word.tsx'
import { Table } from '#app/components/table.tsx'
import { Instant } from '#app/components/time.tsx'
import { paths } from '#app/paths.ts'
import { requestCan } from '#domain/request/lifecycle.ts'
import { sentenceCase } from '#domain/sentence-case.ts'
import type { DecisionView, RequestView } from '#views/request/request-view.ts'

const verdictWords = { approve: 'Approved', return: 'Returned', reject: 'Rejected' } as const

/** What was decided, in the sentences that were signed. */
export function Decisions({ decisions }: { decisions: readonly DecisionView[] }) {
  if (decisions.length === 0) return null
  return (
    <Section title="Decisions">
      <Table
        caption="Decisions"
        rows={decisions}
        rowKey={(decision) =>
          `${decision.round}${decision.firmName}${decision.capacity}${decision.decidedAt.getTime()}`
        }
        empty=""
        columns={[
          { key: 'firm', head: 'Firm', cell: (decision) => decision.firmName },
          {
            key: 'verdict',
            head: 'Decision',
            cell: (decision) => (
              <>
                {verdictWords[decision.verdict]}
                {decision.takenBack && (
                  <span className="block text-caption text-muted">
                    taken back by {decision.takenBack.by}: {decision.takenBack.reason}
                  </span>
                )}
              </>
            ),
          },
          { key: 'by', head: 'By', cell: (decision) => decision.decidedBy },
          {
            key: 'sentence',
            head: 'Sentence signed',
            wide: true,
            cell: (decision) => (decision.verdict === 'approve' ? decision.authority : '–'),
            blank: (decision) => decision.verdict !== 'approve',
          },
          {
            key: 'reason',
            head: 'Reason',
            wide: true,
            cell: (decision) => decision.reason ?? '–',
            blank: (decision) => !decision.reason,
          },
          { key: 'round', head: 'Round', number: true, cell: (decision) => decision.round },
          {
            key: 'at',
            head: 'When',
            tight: true,
            cell: (decision) => <Instant at={decision.decidedAt} precision="min" />,
          },
        ]}
      />
    </Section>
  )
}

const answerLook = {
  running: { tone: 'green', shape: 'check', word: 'Running' },
  refused: { tone: 'red', shape: 'square', word: 'Refused' },
  unanswered: { tone: 'grey', shape: 'ring', word: 'No answer yet' },
} as const

/** While a request is being applied: each part, and what the connector said of it. */
export function Parts({ parts }: { parts: RequestView['parts'] }) {
  return (
    <Section
      title="Being applied"
      intro="The connector reports each part; when all of them run, the request is applied."
    >
      <Table
        caption="Parts"
        rows={parts}
        rowKey={(part) => `${part.kind}${part.objectId}`}
        empty="The connector has not answered yet."
        columns={[
          {
            key: 'part',
            head: 'Part',
            cell: (part) => (
              <>
                {sentenceCase(part.kind)} <Mono>{part.objectId}</Mono>
              </>
            ),
          },
          { key: 'state', head: 'State', cell: (part) => <State {...answerLook[part.state]} /> },
          { key: 'detail', head: 'Detail', cell: (part) => part.detail ?? '', blank: (part) => !part.detail },
        ]}
      />
    </Section>
  )
}

/** Dates, numbers, and the Global Account Manager to ring. */
export function AboutRequest({ view }: { view: RequestView }) {
  const { gam } = view
  const facts = [
    view.draftedBy !== '' && { term: 'Drafted by', value: view.draftedBy },
    view.groupId !== null && {
      term: 'Group',
      value: (
        <Link to={paths.group(view.groupId)} className="link">
          {view.groupName}
        </Link>
      ),
    },
    view.submittedBy !== null && { term: 'Submitted by', value: view.submittedBy },
    view.expiresAt !== null &&
      requestCan('expire', view.state) && {
        term: 'Expires',
        value: <Instant at={view.expiresAt} precision="min" />,
      },
    view.publishedVersion !== null && { term: 'Configuration version', value: view.publishedVersion },
    view.appliedAt !== null && { term: 'Applied', value: <Instant at={view.appliedAt} /> },
    gam !== null && {
      term: 'Global Account Manager',
      value: [gam.name, gam.phone, gam.hours].filter(Boolean).join(', '),
    },
  ]
  if (!facts.some(Boolean)) return null
  return (
    <Section title="About this request">
      <Facts facts={facts} />
    </Section>
  )
}
