import { Mono } from '#app/components/figures.tsx'
import { type Fact, Facts } from '#app/components/page.tsx'
import { paths } from '#app/paths.ts'
import { type Paper, type PaperRef, paperTypeNames } from '#domain/request/paper.ts'

const size = (bytes: number) => (bytes < 1024 ? `${bytes} bytes` : `${Math.ceil(bytes / 1024)} kB`)

/** The facts of a paper that every party may read. People who may read the whole paper can download it. */
export const paperFacts = (paper: PaperRef, to?: string): Fact[] => [
  {
    term: 'Paper',
    value: (
      <>
        {to ? (
          <a href={to} download className="link">
            {paper.name}
          </a>
        ) : (
          paper.name
        )}
        , {paperTypeNames[paper.type]}, {size(paper.bytes)}
      </>
    ),
  },
  {
    term: 'Its SHA-256',
    value: (
      <span className="break-all">
        <Mono>{paper.digest}</Mono>
      </span>
    ),
  },
]

export function PaperFacts({ paper, number }: { paper: Paper; number: number }) {
  return <Facts facts={paperFacts(paper, paths.requestPaperFile(number, paper.id))} />
}
