import { type ReactNode, useId, useState } from 'react'
import { CommandForm, FormActions } from './form.tsx'
import type { Refusal } from './refusal.ts'

/**
 * What is signed, beside the sentence that signs it. The sentence and its button stay in sight: at the right where the
 * page is wide, else at the bottom of the window, where a long sentence unfolds.
 */
export function Signature({
  title,
  sentences,
  effect,
  commandId,
  refusal,
  fields,
  actions,
  children,
}: {
  title: string
  sentences: readonly string[]
  /** what happens then */
  effect?: ReactNode
  commandId: string
  refusal: Refusal | undefined
  /** hidden fields of the form */
  fields: ReactNode
  actions: ReactNode
  children: ReactNode
}) {
  const id = useId()
  const [isWhole, setWhole] = useState(false)
  return (
    <div className="signature-frame">
      <div className="signature">
        <div className="min-w-0">{children}</div>
        <section aria-labelledby={`${id}-title`} className="signature-bar">
          <CommandForm commandId={commandId} refusal={refusal} className="">
            {fields}
            <div className="mb-1 flex items-baseline justify-between gap-3">
              <h2 id={`${id}-title`}>{title}</h2>
              {sentences.length > 0 && (
                <button
                  type="button"
                  className="signature-more link needs-script text-caption"
                  aria-expanded={isWhole}
                  aria-controls={`${id}-text`}
                  onClick={() => setWhole(!isWhole)}
                >
                  {isWhole ? 'Less' : 'Whole sentence'}
                </button>
              )}
            </div>
            {sentences.length > 0 && (
              <div id={`${id}-text`} data-whole={isWhole} className="signature-text border-l-4 border-accent pl-3">
                {sentences.map((sentence) => (
                  <p key={sentence} className="mt-2 first:mt-0">
                    {sentence}
                  </p>
                ))}
              </div>
            )}
            {effect && <p className="signature-effect mt-3 text-caption text-muted">{effect}</p>}
            <FormActions>{actions}</FormActions>
          </CommandForm>
        </section>
      </div>
    </div>
  )
}
