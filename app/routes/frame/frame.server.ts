import type { RailEntry } from '#app/components/frame.tsx'
import type { Theme } from '#app/components/person-menu.tsx'
import type { RequestContext } from '#app/http/context.ts'
import { readSaid } from '#app/http/said.server.ts'
import { paths } from '#app/paths.ts'
import { readTheme } from '#app/routes/account/theme.server.ts'
import { may } from '#domain/people/permissions.ts'
import { countWaiting } from '#views/request/request-list.ts'
import { loadSandboxPeople, loadSandboxSteps } from './sandbox.server.ts'
import { asStep } from './sandbox-step.ts'
import { standingNames } from './standings.ts'

/** What the frame around every page shows: the person, the environment, the time, and the pages they may open. */
export async function loadFrame(request: Request, context: RequestContext) {
  const { user } = context
  const frame = {
    nowMs: Date.now(),
    environment: context.environment,
    environments: context.environments,
    theme: readTheme(request) as Theme, // readTheme knows only these three
  }
  if (!user)
    return { ...frame, said: null, seesFeeds: false, person: undefined, rail: [], others: [], steps: undefined }
  return {
    ...frame,
    said: readSaid(request, user, context.here),
    seesFeeds: may(user, 'feed:read'),
    person: {
      userId: user.userId,
      name: user.name,
      firmId: user.firmId,
      firmName: user.firmName,
      roles: standingNames(user.standings),
    },
    rail: railOf(user, await context.read(user, (tx) => countWaiting(tx, user, context.environment))),
    others: (await loadSandboxPeople(context)).people.filter((other) => other.userId !== user.userId),
    steps: (await loadSandboxSteps(context))?.map(asStep),
  }
}

function railOf(user: NonNullable<RequestContext['user']>, waiting: number): RailEntry[] {
  const all = [
    { to: paths.status(), label: 'Status', permission: 'status:read' },
    { to: paths.groups(), label: 'Groups', permission: 'group:read' },
    { to: paths.requests(), label: 'Requests', permission: 'request:read', waiting },
    { to: paths.targets(), label: 'Targets', permission: 'target:read' },
    { to: paths.sessions(), label: 'Source sessions', permission: 'source:read' },
    { to: paths.feeds(), label: 'Feeds', permission: 'feed:read' },
    { to: paths.settings(), label: 'Settings', permission: 'settings:read' },
    { to: paths.people(), label: 'Administration', permission: 'people:read' },
  ] as const
  return all.filter((entry) => may(user, entry.permission)).map(({ permission: _, ...entry }) => entry)
}
