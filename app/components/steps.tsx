import { Link } from '@remix-run/react'
import type { ReactNode } from 'react'
import { StateShape } from './state-word.tsx'

/**
 * The list of steps at the left of a form: which are done, which one this is, where
 * something was typed and not saved; each opens.
 */
export function Steps({
  label,
  steps,
  children,
}: {
  label: string
  steps: readonly { to: string; title: string; done: boolean; current: boolean; unsaved: boolean }[]
  children: ReactNode
}) {
  return (
    <div className="gap-10 @3xl/page:flex">
      <nav aria-label={label} className="no-print mb-5 shrink-0 @3xl/page:w-52">
        <ol className="border-line @max-3xl/page:flex @max-3xl/page:flex-wrap @max-3xl/page:gap-x-4 @3xl/page:border-l">
          {steps.map((step, index) => (
            <li key={step.to}>
              <Link
                to={step.to}
                aria-current={step.current ? 'step' : undefined}
                className={`flex items-center gap-2 py-1.5 @3xl/page:-ml-px @3xl/page:border-l-2 @3xl/page:pl-3 ${step.current ? 'border-accent font-medium text-text' : 'border-transparent text-muted hover:text-text'}`}
              >
                {step.done ? (
                  <StateShape shape="check" tone="green" />
                ) : (
                  <span className="w-3 text-caption">{index + 1}</span>
                )}
                <span>
                  {step.title}
                  {step.done && <span className="sr-only"> (complete)</span>}
                  {step.unsaved && <span className="block text-caption text-amber">not saved</span>}
                </span>
              </Link>
            </li>
          ))}
        </ol>
      </nav>
      <div className="min-w-0 grow">{children}</div>
    </div>
  )
}
