import { createHash } from 'node:crypto'
import type { Request, RequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import { may, type Permission } from '#domain/people/permissions.ts'
import type { SignedInUser } from './context.ts'

/** What a page watches. */
export interface View {
  /**
   * Views with the same key are read once and sent to everybody who watches. So the key holds everything that the
   * answer depends on, the reader's rights included.
   */
  key: string
  permission: Permission
  /** One reading in its own short transaction. */
  read(): Promise<Reading>
}

/** What a view holds at one moment. */
export interface Reading {
  /**
   * What the page shows, and nothing else, because any difference makes the page read again. Undefined: this person may
   * not see anything (any more).
   */
  shown: unknown
  /**
   * When the connector last reported: told each time it moves, so that the page says the age
   * of its figures without reading them again.
   */
  heardAt?: Date | null
}

interface EventsParts {
  /** Path below /events, without query. Undefined: there is no such stream. */
  viewOf(path: string, user: SignedInUser, request: Request): View | undefined
  /** The person with their present rights; undefined when the session ended or they were disabled. */
  recheck(user: SignedInUser): Promise<SignedInUser | undefined>
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
  /** End every stream; browsers connect again on their own. */
  close(): void
}

/** The most streams at once, for one person and for all people. */
export const streamLimits = { person: 4, all: 500 }

interface Watcher {
  user: SignedInUser
  permission: Permission
  response: Response
}

/** One view, read once a second for everybody who watches it. */
interface Channel {
  view: View
  watchers: Set<Watcher>
  /** Digest of what was last shown: also the event id. */
  last: string
  heardMs: number | undefined
  /** When the view was last read whole: long ago when the database is away, or takes queries without answering. */
  readAtMs: number
  /** The last reading failed. */
  isFailing: boolean
  timer: NodeJS.Timeout
}

/**
 * Event streams: `event: change` with a digest as id whenever what the page shows has changed, and `event: heard` with
 * the instant (epoch milliseconds) of each report of the connector. The page reads itself again, through its loader and
 * with the reader's rights; the stream carries no business data. `event: build` says first which build of the pages is
 * served, `event: alive` that the page is current, `event: unread` that this is unknown because the database does not
 * answer. Rights are checked again every half minute, and `event: signed-out` ends the stream.
 */
export function openEvents(parts: EventsParts): Events {
  const { log, snapshotMs = 1000, recheckMs = 30_000, aliveMs = 10_000 } = parts
  const channels = new Map<string, Channel>()
  const watchers = new Map<Watcher, Channel>()

  /** Whether it is unknown if the pages are current. */
  const isUnread = ({ isFailing, readAtMs }: Channel) => isFailing || Date.now() - readAtMs > aliveMs
  const leave = (watcher: Watcher) => {
    const channel = watchers.get(watcher)
    watchers.delete(watcher)
    channel?.watchers.delete(watcher)
    if (!channel || channel.watchers.size > 0) return
    clearTimeout(channel.timer)
    channels.delete(channel.view.key)
  }
  const end = (watcher: Watcher, event: string) => {
    watcher.response.write(`event: ${event}\ndata: {}\n\n`)
    watcher.response.end()
    leave(watcher)
  }
  const open = (view: View): Channel => {
    const channel = channelOf(view)
    channels.set(view.key, channel)
    const pass = async () => {
      try {
        send(channel, await view.read())
        channel.readAtMs = Date.now()
        channel.isFailing = false
      } catch (error) {
        if (!channel.isFailing) {
          log.warn({ err: error, view: view.key }, 'a live view could not be read; it is tried again')
          tell(channel, unread)
        }
        channel.isFailing = true
      }
      if (channels.get(view.key) === channel) channel.timer = setTimeout(pass, snapshotMs)
    }
    void pass()
    return channel
  }
  const signs = setInterval(() => {
    // an event, because browsers do not pass comments on to the page
    for (const channel of channels.values()) tell(channel, isUnread(channel) ? unread : 'event: alive\ndata: {}\n\n')
  }, aliveMs)
  const rechecks = setInterval(async () => {
    for (const watcher of [...watchers.keys()]) {
      const user = await parts.recheck(watcher.user).catch(() => watcher.user) // no database: nothing is decided
      if (!watchers.has(watcher)) continue
      if (!user || !may(user, watcher.permission) || !sameRights(user, watcher.user)) end(watcher, 'signed-out')
    }
  }, recheckMs)

  const handler: RequestHandler = (request, response) => {
    const user: SignedInUser | undefined = response.locals.user
    const view = user && parts.viewOf(request.path, user, request)
    if (response.locals.isDatabaseAway) return void response.setHeader('Retry-After', '5').sendStatus(503)
    if (!user) return void response.sendStatus(401)
    if (!view) return void response.sendStatus(404)
    if (!may(user, view.permission)) return void response.sendStatus(403)
    const mine = [...watchers.keys()].filter((watcher) => watcher.user.userId === user.userId)
    if (mine.length >= streamLimits.person) return void response.setHeader('Retry-After', '30').sendStatus(429)
    if (watchers.size >= streamLimits.all) return void response.setHeader('Retry-After', '30').sendStatus(503)
    begin(response, parts.build)
    const channel = channels.get(view.key) ?? open(view)
    const watcher: Watcher = { user, permission: view.permission, response }
    watchers.set(watcher, channel)
    channel.watchers.add(watcher)
    response.on('close', () => leave(watcher))
    if (isUnread(channel)) response.write(unread)
    else if (channel.last !== '' && request.headers['last-event-id'] !== channel.last)
      response.write(change(channel.last))
  }
  return {
    handler,
    isWatching: (sessionId) => [...watchers.keys()].some(({ user }) => user.sessionId === sessionId),
    close: () => {
      clearInterval(signs)
      clearInterval(rechecks)
      for (const watcher of [...watchers.keys()]) {
        watcher.response.end()
        leave(watcher)
      }
    },
  }
}

const channelOf = (view: View): Channel => ({
  view,
  watchers: new Set(),
  last: '',
  heardMs: undefined,
  readAtMs: Date.now(),
  isFailing: false,
  timer: setTimeout(() => undefined),
})

function begin(response: Response, build: string): void {
  response.status(200).setHeader('Content-Type', 'text/event-stream')
  response.setHeader('X-Accel-Buffering', 'no')
  response.flushHeaders()
  response.write(`retry: 3000\n\nevent: build\ndata: ${build}\n\n`)
}

const unread = 'event: unread\ndata: {}\n\n'

const change = (digest: string) => `event: change\nid: ${digest}\ndata: {}\n\n`

/** Tell all watchers what differs from the last reading. */
function send(channel: Channel, { shown, heardAt }: Reading): void {
  const digest = createHash('sha256')
    .update(JSON.stringify(shown) ?? '')
    .digest('base64url')
    .slice(0, 16)
  const heardMs = heardAt?.getTime()
  if (heardMs !== undefined && heardMs !== channel.heardMs) tell(channel, `event: heard\ndata: ${heardMs}\n\n`)
  if (digest !== channel.last) tell(channel, change(digest))
  channel.last = digest
  channel.heardMs = heardMs
}

/** A reader that cannot keep up is cut off, and connects again. */
function tell(channel: Channel, event: string): void {
  for (const { response } of channel.watchers) {
    if (response.writableLength > 64 * 1024) response.destroy()
    else response.write(event)
  }
}

/** Roles decide what a view holds, so a person who gained or lost one gets new views. */
const sameRights = (a: SignedInUser, b: SignedInUser) => a.standings.join() === b.standings.join()
