import type { Acquaintance } from '#app/components/person-menu.tsx'
import type { RequestContext } from '#app/http/context.ts'
import { findSandboxSteps, type SandboxStep } from '#views/status/sandbox.ts'
import { listSandboxPeople } from '#views/status/sandbox-people.ts'

/** Some people of the sandbox, with what waits for each of them; nobody in production. */
export async function loadSandboxPeople(
  context: RequestContext,
  search = '',
): Promise<{ people: Acquaintance[]; isMore: boolean }> {
  if (context.mode !== 'sandbox') return { people: [], isMore: false }
  const { people, isMore } = await context.readSandbox((tx) => listSandboxPeople(tx, search, context.deps.now()))
  const shown = people.map(({ userId, name, firmName, roles, waitingText }) => {
    return { userId, name, firmName, role: roles.join(', '), waiting: waitingText }
  })
  return { people: shown, isMore }
}

/** The strip of six steps, ticked from real state; undefined where there is no sandbox. */
export async function loadSandboxSteps(context: RequestContext): Promise<SandboxStep[] | undefined> {
  if (context.mode !== 'sandbox') return undefined
  return context.readSandbox((tx) => findSandboxSteps(tx, context.deps.now()))
}
