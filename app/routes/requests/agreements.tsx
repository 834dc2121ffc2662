import { Link } from '@remix-run/react'
import { Mono } from '#app/components/figures.tsx'
import { Section } from '#app/components/page.tsx'
import { Instant } from '#app/components/time.tsx'
import { paths } from '#app/paths.ts'
import type { Agreement } from '#views/request/agreements.ts'
import { SliceView } from './request-sheet.tsx'

const titles = { decision: 'What your firm signed', submission: 'Agreed for your firm' } as const

/**
 * What the reader's firm agreed to: the sentence, who and when, and the slice
 * it is about, exactly as it was shown then.
 */
export function Agreements({ agreed, onGroup = false }: { agreed: readonly Agreement[]; onGroup?: boolean }) {
  return agreed.map((agreement) => (
    <Section key={agreement.digest + agreement.at.getTime()} title={titles[agreement.how]}>
      <p className="mb-2 max-w-3xl border-l-4 border-accent pl-4">{agreement.sentence}</p>
      <p className="mb-3 max-w-3xl text-caption text-muted">
        Signed by {agreement.by}
        {agreement.how === 'submission' && `, whose submission is the consent of ${agreement.slice.firm.name}`},{' '}
        <Instant at={agreement.at} precision="min" />, in{' '}
        {onGroup && (
          <>
            <Link to={paths.request(agreement.requestNumber)} className="link">
              request {agreement.requestNumber}
            </Link>
            ,{' '}
          </>
        )}
        round {agreement.round}. {agreement.how === 'submission' && 'A signatory of your firm may withdraw it. '}SHA-256
        of what is below: <Mono>{agreement.digest}</Mono>
      </p>
      <SliceView slice={agreement.slice} />
    </Section>
  ))
}
