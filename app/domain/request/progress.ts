import { sentenceCase } from '../sentence-case.ts'
import { type Capacity, isFinal, type RequestState, stateInSentence } from './lifecycle.ts'

/** A firm that is asked, as far as the reader sees it. */
type ProgressParty = { firmName: string; capacity: Capacity; isMet: boolean; since: Date }

type ProgressFacts = {
  state: RequestState
  stateAt: Date
  /** who brought the request to its state, as far as the reader may know; null: the portal */
  stateBy: string | null
  round: number
  ownerName: string
  submittedBy: string | null
  submittedAt: Date | null
  /** of the last round: all of them for owner and exchange, for others those of their own firm */
  parties: readonly ProgressParty[]
  seesAll: boolean
  publishedVersion: number | null
  publishedAt: Date | null
  appliedAt: Date | null
  /** while the connector applies the publication: its parts, and how many of them run; 0 where nobody may know */
  running: number
  parts: number
}

/** `now`: its turn; `ahead`: later; `unfinished`: the request ended before it was done; `end`: how it ended */
type StepState = 'done' | 'now' | 'ahead' | 'unfinished' | 'end'

export type ProgressStep = {
  id: 'owner' | 'firms' | 'exchange' | 'published' | 'connector' | 'end'
  title: string
  state: StepState
  /** what was done, or what is to be done */
  word: string
  /** when it was done, or since when it waits; null: not yet, or not known */
  at: Date | null
}

/**
 * Who must act for a request to run, in the order of acting. A request that came to nothing keeps the steps that were
 * begun and says last how it ended.
 */
export function progressLine(request: ProgressFacts): ProgressStep[] {
  const steps = [
    ownerStep(request),
    ...firmsStep(request),
    exchangeStep(request),
    publishedStep(request),
    connectorStep(request),
  ]
  if (!hasEnded(request)) return steps
  return [...steps.filter(({ state }) => state === 'done' || state === 'unfinished'), endStep(request)]
}

const hasEnded = ({ state }: ProgressFacts): boolean => isFinal(state) && state !== 'applied'

const turns: readonly RequestState[] = ['with-firms', 'with-gam', 'scheduled', 'applying', 'applied']

/** How a step stands whose turn is in the state `turn`. */
function standOf({ state }: ProgressFacts, turn: RequestState): 'done' | 'now' | 'ahead' {
  const ahead = turns.indexOf(turn) - turns.indexOf(state)
  if (ahead === 0) return 'now'
  return ahead < 0 ? 'done' : 'ahead'
}

function ownerStep({ state, stateAt, ownerName, submittedBy, submittedAt, round }: ProgressFacts): ProgressStep {
  const step = { id: 'owner' as const, title: ownerName }
  if (state === 'returned') return { ...step, state: 'now', word: 'Corrects the request and submits it', at: stateAt }
  const by = submittedBy ? ` by ${submittedBy}` : ''
  return { ...step, state: 'done', word: `Submitted${by}${round > 1 ? `, round ${round}` : ''}`, at: submittedAt }
}

/** No step where the exchange alone is asked. */
function firmsStep(request: ProgressFacts): ProgressStep[] {
  const firms = request.parties.filter(({ capacity }) => capacity !== 'exchange')
  if (request.seesAll && firms.length === 0) return []
  const met = firms.filter((firm) => firm.isMet).length
  const ended = met === firms.length ? 'done' : 'unfinished'
  const state = hasEnded(request) ? ended : standOf(request, 'with-firms')
  const title = firms.some(({ capacity }) => capacity === 'bill-to') ? 'Clearing firms and payer' : 'Clearing firms'
  const count = `${met} of ${firms.length} ${firms.length === 1 ? 'has' : 'have'} agreed`
  const all =
    state === 'done' && !hasEnded(request) ? 'All that are asked have agreed' : 'All that are asked must agree'
  return [{ id: 'firms', title, state, word: request.seesAll ? count : all, at: null }]
}

function exchangeStep(request: ProgressFacts): ProgressStep {
  const { stateAt, publishedAt } = request
  const own = request.parties.find(({ capacity }) => capacity === 'exchange')
  const step = { id: 'exchange' as const, title: own?.firmName ?? 'The exchange' }
  const state = hasEnded(request) && own?.isMet ? 'done' : standOf(request, 'with-gam')
  if (state === 'now') return { ...step, state, word: 'A Global Account Manager decides', at: stateAt }
  if (state === 'ahead') return { ...step, state, word: 'Approves last', at: null }
  return { ...step, state, word: 'Approved', at: own?.isMet ? own.since : publishedAt }
}

function publishedStep({ state, publishedVersion, publishedAt }: ProgressFacts): ProgressStep {
  const step = { id: 'published' as const, title: 'Published', at: publishedAt }
  if (publishedVersion !== null) return { ...step, state: 'done', word: `Configuration version ${publishedVersion}` }
  if (state === 'scheduled') return { ...step, state: 'now', word: 'Scheduled' }
  return { ...step, state: 'ahead', word: 'When the exchange approves' }
}

function connectorStep(request: ProgressFacts): ProgressStep {
  const { state, publishedAt, appliedAt, running, parts } = request
  const step = { id: 'connector' as const, title: 'Applied by the connector' }
  if (state === 'applied') return { ...step, state: 'done', word: 'All of it runs', at: appliedAt }
  if (state !== 'applying') return { ...step, state: 'ahead', word: 'Within seconds', at: null }
  const word =
    parts > 0 ? `${running} of ${parts} ${parts === 1 ? 'part runs' : 'parts run'}` : 'Not all of it runs yet'
  return { ...step, state: 'now', word, at: publishedAt }
}

const endStep = ({ state, stateAt, stateBy }: ProgressFacts): ProgressStep => ({
  id: 'end',
  title: sentenceCase(stateInSentence[state]),
  state: 'end',
  word: `By ${stateBy ?? 'the portal'}`,
  at: stateAt,
})
