import type { Request, RequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import { may } from '#domain/people/permissions.ts'
import { Channel, eventText, Turns, type View, type Watcher } from './channel.server.ts'
import type { SignedInUser } from './context.ts'

interface EventsParts {
  /** Path below /events, without query. Undefined: there is no such stream. */
  viewOf(path: string, user: SignedInUser, request: Request): View | undefined
  /** The people with their present rights, in the same order; undefined where their session ended. */
  recheck(users: readonly SignedInUser[]): Promise<(SignedInUser | undefined)[]>
  /** The build of the pages that are served. */
  build: string
  log: Logger
  /** Shorter in tests. */
  snapshotMs?: number
  recheckMs?: number
  aliveMs?: number
}

export interface Events {
  handler: RequestHandler
  /** Whether a session has a stream open. */
  isWatching(sessionId: string): boolean
  /** End every stream; browsers connect again on their own, spread over some seconds. */
  close(): void
}

/** The most streams at once, for one person and for all people; and readings of views at the same time. */
export const streamLimits = { person: 20, all: 2_500, readings: 3 }
/** Seconds after which a page that got no stream asks for one again; it reads itself meanwhile. */
const askAgainS = 30

/**
 * Event streams, ADR 52. A stream says first, as `build`, which build of the pages is served, and then sends what the
 * page shows: `shown` with the fields that the page lacks, and from then on with what changed in them. `heard` is the
 * instant (epoch milliseconds) of each report of the connector, `alive` says that the page is current, `unread` that
 * this is unknown, `changed` that the page must read itself through its loader. Rights are checked again every few
 * seconds, and `signed-out` ends the stream. `bye` says that the portal stops. `alive` and `bye` carry the milliseconds
 * over which browsers spread their return after a cut.
 */
export function openEvents(parts: EventsParts): Events {
  const { log, snapshotMs = 1000, recheckMs = 5_000, aliveMs = 10_000 } = parts
  const channels = new Map<string, Channel>()
  const watchers = new Map<Watcher, Channel>()
  /** How many streams each session and each person has open. */
  const streams = new Map<string, number>()
  const count = ({ user }: Watcher, by: 1 | -1) => {
    for (const whose of [user.sessionId, user.userId]) {
      const left = (streams.get(whose) ?? 0) + by
      if (left > 0) streams.set(whose, left)
      else streams.delete(whose)
    }
  }
  const leave = (watcher: Watcher) => {
    const channel = watchers.get(watcher)
    if (!channel) return
    watchers.delete(watcher)
    count(watcher, -1)
    channel.watchers.delete(watcher)
    if (channel.watchers.size > 0) return
    channel.close()
    channels.delete(channel.key)
  }
  const end = (watcher: Watcher, event: string) => {
    watcher.response.end(event)
    leave(watcher)
  }
  const recheck = async (some: Iterable<Watcher>) => {
    const asked = [...some]
    if (asked.length === 0) return
    const users = await parts.recheck(asked.map(({ user }) => user)).catch(() => undefined)
    if (!users) return // no database: nothing is decided
    for (const [index, watcher] of asked.entries()) {
      const user = users[index]
      if (!user || !may(user, watcher.permission) || !sameRights(user, watcher.user))
        end(watcher, eventText('signed-out', ''))
    }
  }
  const turns = new Turns(streamLimits.readings)
  const channelParts = { turns, log, snapshotMs, overdueMs: 2 * aliveMs, recheck }
  const open = (view: View): Channel => {
    const channel = new Channel(view, channelParts)
    channels.set(view.key, channel)
    return channel
  }
  const spread = () => String(1_000 + watchers.size * spreadMs)
  const signs = setInterval(() => {
    // an event, because browsers do not pass comments on to the page
    for (const channel of channels.values()) channel.sign(eventText('alive', spread()))
  }, aliveMs)
  let isRechecking = false
  const rechecks = setInterval(async () => {
    if (isRechecking) return
    isRechecking = true
    await recheck(watchers.keys())
    isRechecking = false
  }, recheckMs)

  const handler: RequestHandler = (request, response) => {
    const user: SignedInUser | undefined = response.locals.user
    const view = user && parts.viewOf(request.path, user, request)
    if (response.locals.isDatabaseAway) return refuse(response, 503, 'no-database', 5)
    if (!user) return refuse(response, 401, 'signed-out')
    if (!view) return refuse(response, 404, 'no-such-view')
    if (!may(user, view.permission)) return refuse(response, 403, 'not-for-you')
    if ((streams.get(user.userId) ?? 0) >= streamLimits.person) return refuse(response, 429, 'full', askAgainS)
    if (watchers.size >= streamLimits.all) return refuse(response, 503, 'full', askAgainS)
    begin(response, eventText('build', parts.build) + eventText('alive', spread()))
    const has = marksIn(request.get('X-Shown-Marks'))
    const watcher: Watcher = { user, permission: view.permission, response, has, isCurrent: false }
    const channel = channels.get(view.key) ?? open(view)
    watchers.set(watcher, channel)
    count(watcher, 1)
    response.on('close', () => leave(watcher))
    channel.join(watcher)
  }
  return {
    handler,
    isWatching: (sessionId) => streams.has(sessionId),
    close: () => {
      clearInterval(signs)
      clearInterval(rechecks)
      const bye = eventText('bye', spread())
      for (const watcher of [...watchers.keys()]) end(watcher, bye)
    },
  }
}

/** Milliseconds that each open stream adds to the time over which browsers come back after a cut. */
const spreadMs = 8

/** The word tells a page what to do: wait, read itself through its loader, or do so now and then. */
function refuse(response: Response, status: number, word: string, retryS?: number): void {
  if (retryS !== undefined) response.setHeader('Retry-After', String(retryS))
  response.status(status).type('text/plain').send(word)
}

function begin(response: Response, events: string): void {
  response.status(200).setHeader('Content-Type', 'text/event-stream')
  response.setHeader('X-Accel-Buffering', 'no')
  response.setHeader('Cache-Control', 'no-store, no-transform') // a proxy that compresses would hold events back
  response.setHeader('Connection', 'close') // so that the end of the stream ends the connection
  response.flushHeaders()
  response.write(events)
}

/** What the browser says that its page shows, as `name=mark,name=mark`; what cannot be read counts as nothing. */
const marksIn = (header: string | undefined): Record<string, string> | undefined =>
  header === undefined
    ? undefined
    : Object.fromEntries(
        [...header.slice(0, 4_000).matchAll(/(\w+)=(\w+)/g)].map(([, name = '', mark = '']) => [name, mark]),
      )

/** Roles decide what a view holds, so a person who gained or lost one gets new views. */
const sameRights = (a: SignedInUser, b: SignedInUser) => a.standings.join() === b.standings.join()
