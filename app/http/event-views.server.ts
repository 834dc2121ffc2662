import type { Database, Tx } from '#db/client.ts'
import { findReadersFirm } from '#db/queries/people/reader.ts'
import { pageSize, readAsked } from '#domain/list/ask.ts'
import { may, type Permission } from '#domain/people/permissions.ts'
import { groupList, statusList, targetList } from '#domain/status/delivery-list.ts'
import { findFeedList } from '#views/feed/feed-list.ts'
import { findFeedPage } from '#views/feed/feed-page.ts'
import { findGroupList } from '#views/group/group-list.ts'
import { findGroupOverview, listGroupTargets } from '#views/group/group-overview.ts'
import { type GroupTab, openGroup } from '#views/group/group-page.ts'
import { findGroupRequests } from '#views/group/group-requests.ts'
import { listGroupSources } from '#views/group/group-sources.ts'
import { listWithdrawn } from '#views/group/left-sources.ts'
import { listAgreedFor } from '#views/request/agreements.ts'
import { findRequestsPage } from '#views/request/request-list.ts'
import { findRequestPage } from '#views/request/request-page.ts'
import { findSourceList } from '#views/source/source-list.ts'
import { findSandboxSteps } from '#views/status/sandbox.ts'
import { findStatus } from '#views/status/status.ts'
import { listNewestCopies } from '#views/target/newest-copies.ts'
import { findTargetList } from '#views/target/target-list.ts'
import { findTargetPage } from '#views/target/target-page.ts'
import { ReaderGone, type Reading, type View } from './channel.server.ts'
import type { Environment, Mode, SignedInUser } from './context.ts'

/** How a view is read: with the same rights as its page's loader. */
interface Looking {
  tx: Tx
  user: SignedInUser
  environment: Environment
  now: Date
  /** What the path names. */
  id: string
  /** The parameters of the page's list. */
  search: URLSearchParams
  /** Reads the sandbox across all firms; undefined elsewhere. */
  steps(): Promise<unknown>
}

interface LiveView {
  /** Below /events. */
  path: RegExp
  permission: Permission
  /**
   * Whether what is shown depends on who this person is, beside their firm and roles. Where it does not, everybody with
   * the same rights shares one reading.
   */
  isPersonal?(user: SignedInUser): boolean
  /** The same fields as the page's loader answers, by the same names and from the same queries. */
  read(looking: Looking): Promise<Reading>
}

/** What waits for a person and what they may do about a request depends on what they did before. */
const actsOnRequests = (user: SignedInUser) =>
  may(user, 'request:draft') || may(user, 'request:decide') || may(user, 'request:decide-as-exchange')

/** A tab of a group, with the head above it. */
const tabOf =
  (tab: GroupTab<unknown>): LiveView['read'] =>
  async ({ tx, user, id, now }) => {
    const opened = await openGroup(tx, user, id, now)
    return { shown: opened && { group: opened.head, shown: await tab(tx, opened) } }
  }

/** The pages that follow what happens. */
const views: LiveView[] = [
  {
    path: /^\/status$/,
    permission: 'status:read',
    read: async ({ tx, user, environment, now, search, steps }) => {
      const of = { asked: readAsked(search, statusList), size: pageSize, now }
      const { heardAt, ...status } = await findStatus(tx, user, environment, of)
      const withdrawn = await listWithdrawn(tx, environment, now)
      const agreed = user.isExchange ? [] : await listAgreedFor(tx, user.firmId, environment, now)
      return { shown: { status, withdrawn, agreed, steps: await steps() }, heardAt }
    },
  },
  {
    path: /^\/groups$/,
    permission: 'group:read',
    read: async ({ tx, user, environment, now, search }) => {
      const of = { asked: readAsked(search, groupList), size: pageSize, now }
      return { shown: { list: await findGroupList(tx, user, environment, of) } }
    },
  },
  {
    path: /^\/targets$/,
    permission: 'target:read',
    read: async ({ tx, user, environment, now, search }) => {
      const of = { asked: readAsked(search, targetList), size: pageSize, now }
      return { shown: { list: await findTargetList(tx, user, environment, of) } }
    },
  },
  {
    path: /^\/sessions$/,
    permission: 'source:read',
    read: async ({ tx, user, environment, now, search }) => {
      const of = { params: search, size: pageSize, now }
      return { shown: { list: await findSourceList(tx, user, environment, of) } }
    },
  },
  {
    path: /^\/feeds$/,
    permission: 'feed:read',
    read: async ({ tx, environment, now }) => ({ shown: await findFeedList(tx, environment, now) }),
  },
  {
    path: /^\/targets\/([A-Z0-9]{6})$/,
    permission: 'target:read',
    isPersonal: (user) => may(user, 'target:pause'),
    read: async ({ tx, user, environment, id, now }) => {
      const target = await findTargetPage(tx, user, id, now)
      const seesCopies = target?.ownerId === user.firmId
      return { shown: target && { target, recent: seesCopies ? await listNewestCopies(tx, environment, id) : null } }
    },
  },
  {
    path: /^\/groups\/([0-9a-f-]{36})$/,
    permission: 'group:read',
    read: tabOf(findGroupOverview),
  },
  { path: /^\/groups\/([0-9a-f-]{36})\/sources$/, permission: 'group:read', read: tabOf(listGroupSources) },
  { path: /^\/groups\/([0-9a-f-]{36})\/targets$/, permission: 'target:read', read: tabOf(listGroupTargets) },
  {
    path: /^\/groups\/([0-9a-f-]{36})\/requests$/,
    permission: 'request:read',
    isPersonal: actsOnRequests,
    read: tabOf(findGroupRequests),
  },
  {
    path: /^\/requests$/,
    permission: 'request:read',
    isPersonal: actsOnRequests,
    read: async ({ tx, user, environment, now, search }) => {
      const page = await findRequestsPage(tx, user, environment, search)
      return { shown: { ...page, agreed: await listAgreedFor(tx, user.firmId, environment, now) } }
    },
  },
  {
    path: /^\/requests\/([1-9]\d{0,8})$/,
    permission: 'request:read',
    isPersonal: actsOnRequests,
    read: async ({ tx, user, id, now }) => shownAs('view', await findRequestPage(tx, user, Number(id), now)),
  },
  {
    path: /^\/feeds\/([\w.:-]{1,64})$/,
    permission: 'feed:read',
    read: async ({ tx, environment, id, now }) => shownAs('feed', await findFeedPage(tx, environment, id, now)),
  },
]

const shownAs = (name: string, value: unknown): Reading => ({
  shown: value === undefined ? undefined : { [name]: value },
})

/** The view that a stream's path and list parameters name, as people with this person's rights see it. */
export function eventView(
  path: string,
  search: URLSearchParams,
  user: SignedInUser,
  parts: { database: Database; environment: Environment; mode: Mode; now(): Date },
): View | undefined {
  const { database, environment, mode, now } = parts
  const steps = async () => (mode === 'sandbox' ? database.asJobs((tx) => findSandboxSteps(tx, now())) : undefined)
  for (const view of views) {
    const match = view.path.exec(path)
    if (!match) continue
    return {
      key: [environment, whose(user, view), path, search.toString()].join(' '),
      permission: view.permission,
      read: (reader) =>
        database.withActor(reader, async (tx) => {
          // to the database a disabled person is nobody: their reading would be empty for all who watch
          if ((await findReadersFirm(tx)) !== reader.firmId) throw new ReaderGone()
          return view.read({ tx, user: reader, environment, now: now(), id: match[1] ?? '', search, steps })
        }),
    }
  }
  return undefined
}

/** Those who see the same of a view: the person, or everybody of the firm with the same roles. */
const whose = (user: SignedInUser, view: LiveView): string =>
  view.isPersonal?.(user) ? user.userId : [user.firmId, ...[...user.standings].sort()].join(' ')
