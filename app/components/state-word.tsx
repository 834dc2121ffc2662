import type { ReactNode } from 'react'

/** A state's colour; the words and shapes go with it, so that nothing is said by colour alone. */
export type Tone = 'green' | 'blue' | 'grey' | 'amber' | 'violet' | 'red' | 'hatched'
export type Shape =
  | 'disc'
  | 'half'
  | 'ring'
  | 'triangle'
  | 'diamond'
  | 'square'
  | 'bars'
  | 'question'
  | 'check'
  | 'cross'

const toneClass: Record<Tone, string> = {
  green: 'text-green',
  blue: 'text-blue',
  grey: 'text-grey',
  amber: 'text-amber',
  violet: 'text-violet',
  red: 'text-red',
  hatched: 'text-grey',
}

export const shapes: Record<Shape, ReactNode> = {
  disc: <circle cx="6" cy="6" r="5" fill="currentColor" />,
  half: (
    <>
      <circle cx="6" cy="6" r="4.25" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d="M6 1.75a4.25 4.25 0 0 1 0 8.5z" fill="currentColor" />
    </>
  ),
  ring: <circle cx="6" cy="6" r="4.25" fill="none" stroke="currentColor" strokeWidth="1.5" />,
  triangle: <path d="M6 1 11.5 11h-11z" fill="currentColor" />,
  diamond: <path d="M6 .5 11.5 6 6 11.5.5 6z" fill="currentColor" />,
  square: <rect x="1" y="1" width="10" height="10" fill="currentColor" />,
  bars: <path d="M2 1h3v10H2zM7 1h3v10H7z" fill="currentColor" />,
  question: (
    <>
      <circle cx="6" cy="6" r="5.25" fill="none" stroke="currentColor" strokeDasharray="2 1.5" />
      <path d="M4.4 4.6a1.6 1.6 0 1 1 2.3 1.5c-.5.2-.7.5-.7 1" fill="none" stroke="currentColor" strokeWidth="1.2" />
      <circle cx="6" cy="8.6" r=".75" fill="currentColor" />
    </>
  ),
  check: <path d="m1.5 6.5 3 3 6-7" fill="none" stroke="currentColor" strokeWidth="2" />,
  cross: <path d="m2 2 8 8m0-8-8 8" fill="none" stroke="currentColor" strokeWidth="2" />,
}

/** The drawn shape of a state; the word beside it carries the meaning for people who do not see the shape. */
export function StateShape({ shape, tone }: { shape: Shape; tone: Tone }) {
  return (
    <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" className={`shrink-0 ${toneClass[tone]}`}>
      {shapes[shape]}
    </svg>
  )
}

/** One state: shape, colour and word. The details say how many, what is left, who. */
export function State({ tone, shape, word, detail }: { tone: Tone; shape: Shape; word: string; detail?: ReactNode }) {
  return (
    <span className="figure inline-flex items-baseline gap-1.5">
      <span className={`relative top-px ${tone === 'hatched' ? 'stale rounded-full' : ''}`}>
        <StateShape shape={shape} tone={tone} />
      </span>
      <span>
        <span className={`font-medium ${toneClass[tone]}`}>{word}</span>
        {detail ? <span className="text-muted"> {detail}</span> : null}
      </span>
    </span>
  )
}
