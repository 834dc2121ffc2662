import type { ReactNode } from 'react'

/** A part of a page that most readers do not need: its summary says what is inside. Prints open. */
export function Fold({ title, summary, children }: { title: string; summary?: ReactNode; children: ReactNode }) {
  return (
    <details className="fold mb-3 rounded border border-line">
      <summary className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 rounded px-3 py-2 hover:bg-sunken">
        <svg viewBox="0 0 12 12" width="10" height="10" aria-hidden="true" className="fold-arrow shrink-0 text-muted">
          <path d="m4 2 4 4-4 4" fill="none" stroke="currentColor" strokeWidth="1.5" />
        </svg>
        <span className="font-medium">{title}</span>
        {summary && <span className="text-muted">{summary}</span>}
      </summary>
      <div className="px-3 pt-1 pb-3">{children}</div>
    </details>
  )
}
