import type { ReactNode } from 'react'
import { Arrow } from '#app/components/arrow.tsx'
import { MonoList } from '#app/components/figures.tsx'
import { Facts } from '#app/components/page.tsx'
import type { Change } from '#domain/request/changes.ts'

/** What becomes different: each value before and after, and the names that come and go. */
export const Changes = ({ changes }: { changes: readonly Change[] }) => (
  <Facts
    facts={changes.map((change) => ({
      term: change.what,
      value: 'after' in change ? <Turn {...change} /> : <ComeAndGo {...change} />,
    }))}
  />
)

function Turn({ before, after }: { before: string | null; after: string }) {
  if (before === null) return <span className="font-medium">{after}</span>
  return (
    <span className="inline-flex flex-wrap items-baseline gap-x-2">
      <span className="text-muted">
        <span className="sr-only">Until now: </span>
        {before}
      </span>
      <span aria-hidden="true" className="text-muted">
        <Arrow />
      </span>
      <span className="font-medium">
        <span className="sr-only">Then: </span>
        {after}
      </span>
    </span>
  )
}

const ComeAndGo = ({ added, removed, isCode }: { added: string[]; removed: string[]; isCode: boolean }) => (
  <div className="grid gap-y-1">
    <Signed names={added} sign="+" word="Added" className="text-green" isCode={isCode} />
    <Signed names={removed} sign="−" word="Removed" className="text-red" isCode={isCode} />
  </div>
)

function Signed(props: { names: string[]; sign: string; word: string; className: string; isCode: boolean }): ReactNode {
  const { names, sign, word, className, isCode } = props
  if (names.length === 0) return null
  return (
    <div className="flex items-baseline gap-2">
      <span aria-hidden="true" className={`w-2 shrink-0 font-semibold ${className}`}>
        {sign}
      </span>
      <span className="sr-only">{word}: </span>
      {isCode ? <MonoList names={names} /> : <span>{names.join('; ')}</span>}
    </div>
  )
}
