import type { Acquaintance } from '#app/components/person-menu.tsx'
import type { SandboxStep as Step } from '#app/components/sandbox-strip.tsx'
import type { RequestContext } from '#app/http/context.ts'
import { paths } from '#app/paths.ts'
import { isRole, roleNames } from '#domain/people/roles.ts'
import { findSandboxSteps, listSandboxPeople, type SandboxStep } from '#views/status/sandbox.ts'

/** The people of the sandbox, with what waits for each of them; an empty list in production. */
export async function loadSandboxPeople(context: RequestContext): Promise<Acquaintance[]> {
  if (context.mode !== 'sandbox') return []
  const people = await context.readSandbox((tx) => listSandboxPeople(tx, context.deps.now()))
  return people.map((person) => ({
    userId: person.userId,
    name: person.name,
    firmName: person.firmName,
    role: person.roles.map((role) => (isRole(role) ? roleNames[role] : role)).join(', '),
    waiting: person.waitingText,
  }))
}

/** The strip of six steps, ticked from real state; undefined where there is no sandbox. */
export async function loadSandboxSteps(context: RequestContext): Promise<Step[] | undefined> {
  if (context.mode !== 'sandbox') return undefined
  const steps = await context.readSandbox((tx) => findSandboxSteps(tx, context.deps.now()))
  return steps?.map((step) => ({
    title: step.title,
    who: step.asName,
    userId: step.asUserId,
    to: pageOf(step),
    done: step.isDone,
    current: step.isNext,
  }))
}

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
