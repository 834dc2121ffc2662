import type { SandboxStep as Step } from '#app/components/sandbox-strip.tsx'
import { paths } from '#app/paths.ts'
import type { SandboxStep } from '#views/status/sandbox.ts'

/** A step of the sandbox's way as its strip shows it. */
export const asStep = (step: SandboxStep): Step => ({
  title: step.title,
  who: step.asName,
  userId: step.asUserId,
  to: pageOf(step),
  done: step.isDone,
  current: step.isNext,
})

function pageOf({ at }: SandboxStep): string {
  if (at === null) return paths.requests()
  switch (at.page) {
    case 'draft':
      return paths.requestStep(at.number, 'review')
    case 'request':
      return paths.request(at.number)
    case 'credential':
      return paths.createPassword(at.sessionId)
    case 'target':
      return paths.target(at.sessionId)
  }
}
