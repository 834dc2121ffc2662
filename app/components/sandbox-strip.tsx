import { Form } from '@remix-run/react'
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

/** The sandbox's way through the product: each step a button that opens the right page as the right person. */
export function SandboxStrip({ steps }: { steps: readonly SandboxStep[] }) {
  return (
    <section aria-label="First steps" className="no-print mb-6 rounded border border-amber bg-amber-soft px-4 py-3">
      <h2 className="mb-2">From a form to live copies in six steps</h2>
      <ol className="grid gap-2 @md/page:grid-cols-2 @2xl/page:grid-cols-3 @5xl/page:grid-cols-6">
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
                  {step.done ? (
                    <StateShape shape="check" tone="green" />
                  ) : (
                    <span className="text-muted">{index + 1}</span>
                  )}
                  {step.title}
                  {step.done && <span className="sr-only"> (done)</span>}
                </span>
                <span className="text-caption text-muted">as {step.who}</span>
              </button>
            </Form>
          </li>
        ))}
      </ol>
    </section>
  )
}
