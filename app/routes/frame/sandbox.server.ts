import type { Acquaintance } from '#app/components/person-menu.tsx'
import type { RequestContext } from '#app/http/context.ts'
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
export async function loadSandboxSteps(context: RequestContext): Promise<SandboxStep[] | undefined> {
  if (context.mode !== 'sandbox') return undefined
  return context.readSandbox((tx) => findSandboxSteps(tx, context.deps.now()))
}
