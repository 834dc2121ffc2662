import type { Database, Tx } from '#db/client.ts'
import type { Permission } from '#domain/people/permissions.ts'
import { findFeedPage } from '#views/feed/feed-page.ts'
import { findGroupPage } from '#views/group/group-page.ts'
import { listRequests } from '#views/request/request-list.ts'
import { findRequestPage } from '#views/request/request-page.ts'
import { findSandboxSteps } from '#views/status/sandbox.ts'
import { findStatus } from '#views/status/status.ts'
import { findTargetPage } from '#views/target/target-page.ts'
import type { Environment, Mode, SignedInUser } from './context.ts'
import type { Reading, View } from './events.server.ts'

/** How a view is read: with the same rights as its page's loader. */
interface Looking {
  user: SignedInUser
  environment: Environment
  now(): Date
  /** Reads the sandbox across all firms; undefined elsewhere. */
  steps(): Promise<unknown>
  read<T>(query: (tx: Tx) => Promise<T>): Promise<T>
}

/**
 * The views that pages watch, by their path below /events. What a view holds depends on
 * the person, so each person has their own.
 */
const views: { path: RegExp; permission: Permission; read(id: string, looking: Looking): Promise<Reading> }[] = [
  {
    path: /^\/status$/,
    permission: 'status:read',
    read: async (_, { environment, now, read, steps }) => {
      const { heardAt, ...status } = await read((tx) => findStatus(tx, environment, now()))
      return { shown: { status, steps: await steps() }, heardAt }
    },
  },
  {
    path: /^\/targets\/([A-Z0-9]{6})$/,
    permission: 'target:read',
    read: async (id, { user, now, read }) => ({ shown: await read((tx) => findTargetPage(tx, user, id, now())) }),
  },
  {
    path: /^\/groups\/([0-9a-f-]{36})$/,
    permission: 'group:read',
    read: async (id, { user, now, read }) => ({ shown: await read((tx) => findGroupPage(tx, user, id, now())) }),
  },
  {
    path: /^\/requests$/,
    permission: 'request:read',
    read: async (_, { user, environment, read }) => ({
      shown: await read((tx) => listRequests(tx, user, environment)),
    }),
  },
  {
    path: /^\/requests\/([1-9]\d{0,8})$/,
    permission: 'request:read',
    read: async (id, { user, now, read }) => ({
      shown: await read((tx) => findRequestPage(tx, user, Number(id), now())),
    }),
  },
  {
    path: /^\/feeds\/([\w.:-]{1,64})$/,
    permission: 'feed:read',
    read: async (id, { environment, now, read }) => ({
      shown: await read((tx) => findFeedPage(tx, environment, id, now())),
    }),
  },
]

/** The view that a stream's path names, as this person sees it. */
export function eventView(
  path: string,
  user: SignedInUser,
  parts: { database: Database; environment: Environment; mode: Mode; now(): Date },
): View | undefined {
  const { database, environment, mode, now } = parts
  const looking: Looking = {
    user,
    environment,
    now,
    steps: async () => (mode === 'sandbox' ? database.asJobs((tx) => findSandboxSteps(tx, now())) : undefined),
    read: (query) => database.withActor(user, query),
  }
  for (const view of views) {
    const match = view.path.exec(path)
    if (!match) continue
    return {
      key: `${environment} ${user.userId} ${path}`,
      permission: view.permission,
      read: () => view.read(match[1] ?? '', looking),
    }
  }
  return undefined
}
