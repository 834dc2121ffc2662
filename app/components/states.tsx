import type { ReactNode } from 'react'
import type { RequestState } from '#domain/request/lifecycle.ts'
import type { DeliveryState, DeliveryWord } from '#domain/status/state.ts'
import { FeedLink } from './feed-name.tsx'
import { type Shape, State, type Tone } from './state-word.tsx'

type Look = { tone: Tone; shape: Shape }

const delivery: Record<DeliveryWord, Look> = {
  Complete: { tone: 'green', shape: 'disc' },
  'Catching up': { tone: 'blue', shape: 'half' },
  'Waiting for them': { tone: 'grey', shape: 'ring' },
  Late: { tone: 'amber', shape: 'triangle' },
  'On backup': { tone: 'violet', shape: 'diamond' },
  'Needs you': { tone: 'red', shape: 'square' },
  Paused: { tone: 'grey', shape: 'bars' },
  Unknown: { tone: 'hatched', shape: 'question' },
}

/** The state of delivery: the word that one function derives, with its colour and shape. */
export const DeliveryWordState = ({ state }: { state: Pick<DeliveryState, 'word' | 'text'> }) => (
  <State {...delivery[state.word]} word={state.text} />
)

/** The line under a bad state: what is wrong, and what to do. */
export function DeliverySentence({ state, children }: { state: DeliveryState; children?: ReactNode }) {
  return (
    <p className="max-w-3xl">
      <span className="figure">{state.sentence}</span> {state.todo && <span className="font-medium">{state.todo}</span>}{' '}
      {state.feed && <FeedLink id={state.feed} />} {children}
    </p>
  )
}

const request: Record<RequestState, Look> = {
  draft: { tone: 'grey', shape: 'ring' },
  'with-firms': { tone: 'blue', shape: 'half' },
  'with-gam': { tone: 'blue', shape: 'half' },
  scheduled: { tone: 'violet', shape: 'diamond' },
  applying: { tone: 'blue', shape: 'half' },
  applied: { tone: 'green', shape: 'check' },
  returned: { tone: 'amber', shape: 'triangle' },
  rejected: { tone: 'red', shape: 'cross' },
  withdrawn: { tone: 'grey', shape: 'cross' },
  expired: { tone: 'grey', shape: 'cross' },
  failed: { tone: 'red', shape: 'square' },
}

/** The state of a request: "With clearing firms (2 of 3)". */
export const RequestWord = ({ state, word }: { state: RequestState; word: string }) => (
  <State {...request[state]} word={word} />
)
