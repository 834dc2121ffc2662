import { Form, Link, useLocation } from '@remix-run/react'
import { paths } from '#app/paths.ts'
import { StateShape } from './state-word.tsx'

/** One of the six steps from form to copies; `userId` is who does it, `to` where. */
export interface SandboxStep {
  title: string
  who: string
  userId: string
  to: string
  done: boolean
  /** The next one to do. */
  current: boolean
}

/**
 * The sandbox's way through the product: each step a button that opens the right page as the right person. Folds to one
 * line when all is done.
 */
export function SandboxStrip({ steps }: { steps: readonly SandboxStep[] }) {
  const isDone = steps.every((step) => step.done)
  return (
    <section aria-label="First steps" className="no-print mb-6 rounded border border-amber bg-amber-soft px-4 py-2">
      <details open={!isDone}>
        <summary className="flex items-baseline gap-x-2 py-1">
          {isDone && <StateShape shape="check" tone="green" />}
          <h2 className="grow">
            {isDone ? 'First steps: all six are done' : 'From a form to live copies in six steps'}
          </h2>
          <span className="link text-caption">{isDone ? 'Show or hide the steps' : 'Fold or unfold'}</span>
        </summary>
        <ol className="grid gap-2 pt-1 pb-2 @md/page:grid-cols-2 @2xl/page:grid-cols-3 @5xl/page:grid-cols-6">
          {steps.map((step, index) => (
            <li key={step.title}>
              <Form method="post" action={paths.continueAs()} className="h-full">
                <input type="hidden" name="next" value={step.to} />
                <button
                  type="submit"
                  name="userId"
                  value={step.userId}
                  aria-current={step.current ? 'step' : undefined}
                  className={`flex h-full w-full flex-col rounded border bg-surface px-3 py-2 text-left hover:bg-sunken ${step.current ? 'border-accent ring-1 ring-accent' : 'border-line'}`}
                >
                  <span className="flex items-baseline gap-1.5 font-medium">
                    <StepMark step={step} number={index + 1} />
                    {step.title}
                    {step.done && <span className="sr-only"> (done)</span>}
                  </span>
                  <span className="text-caption text-muted">as {step.who}</span>
                </button>
              </Form>
            </li>
          ))}
        </ol>
      </details>
    </section>
  )
}

const StepMark = ({ step, number }: { step: SandboxStep; number: number }) =>
  step.done ? <StateShape shape="check" tone="green" /> : <span className="text-muted">{number}</span>

/** The same in one line above every other page while a step is left: how far it is, and the next step. */
export function SandboxLine({ steps, ownId }: { steps: readonly SandboxStep[]; ownId: string }) {
  const { pathname } = useLocation()
  const next = steps.find((step) => step.current)
  if (!next || pathname === paths.status()) return null
  const at = steps.indexOf(next) + 1
  return (
    <section
      aria-label="First steps"
      className="no-print mb-4 flex flex-wrap items-baseline gap-x-3 gap-y-1 rounded border border-amber bg-amber-soft px-3 py-1.5 text-table"
    >
      <Link to={paths.status()} className="link">
        First steps
      </Link>
      <span className="text-muted">
        {at} of {steps.length}, next:
      </span>
      <NextStep step={next} ownId={ownId} pathname={pathname} />
    </section>
  )
}

function NextStep({ step, ownId, pathname }: { step: SandboxStep; ownId: string; pathname: string }) {
  const { title, who, userId, to } = step
  if (userId !== ownId)
    return (
      <Form method="post" action={paths.continueAs()} className="min-w-0">
        <input type="hidden" name="next" value={to} />
        <button type="submit" name="userId" value={userId} className="text-left font-medium text-accent underline">
          {title}, as {who}
        </button>
      </Form>
    )
  if (pathname === to || pathname.startsWith(`${to}/`))
    return <span className="font-medium">On this page: {title}</span>
  return (
    <Link to={to} className="link font-medium">
      {title}
    </Link>
  )
}
