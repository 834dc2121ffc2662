import type { Response } from 'express'
import type { Logger } from 'pino'
import { isDatabaseAway } from '#db/away.ts'
import { difference, type Patch } from '#domain/live/patch.ts'
import { type Fields, markOf, writeShown } from '#domain/live/shown.ts'
import type { Permission } from '#domain/people/permissions.ts'
import type { SignedInUser } from './context.ts'

/** What a page watches. */
export interface View {
  /**
   * Views with the same key are read once and sent to everybody who watches. So the key holds everything that the
   * answer depends on, the reader's rights included.
   */
  key: string
  permission: Permission
  /** One reading in its own short transaction, for all who watch, with the rights of one of them. */
  read(reader: SignedInUser): Promise<Reading>
}

/** What a view holds at one moment. */
export interface Reading {
  /** Fields of the page's loader data, by name. Undefined: these people may not see anything (any more). */
  shown: Fields | undefined
  /**
   * When the connector last reported: told each time it moves, so that the page says the age
   * of its figures without reading them again.
   */
  heardAt?: Date | null
}

/** The reader of a view lost the rights with which it is read: the next reading is another watcher's. */
export class ReaderGone extends Error {}

export interface Watcher {
  user: SignedInUser
  permission: Permission
  response: Response
  /** Marks of the fields that the page shows; undefined: the page only wants to know that something changed. */
  has: Record<string, string> | undefined
  /** The watcher was sent everything up to the last reading. */
  isCurrent: boolean
}

/** A watcher that has not taken this many bytes is cut off, and connects again. */
const backlogLimit = 512 * 1024
/** A view is read for at most this part of the time, so that a slow one is read less often. */
const restful = 8
const longestPauseMs = 15_000

/** Lets a few readings run at the same time, in order of asking: pages keep their connections to the database. */
export class Turns {
  private running = 0
  private readonly waiting: (() => void)[] = []

  constructor(private readonly most: number) {}

  async take<T>(act: () => Promise<T>): Promise<T> {
    if (this.running >= this.most) await new Promise<void>((resolve) => this.waiting.push(resolve))
    else this.running++
    try {
      return await act()
    } finally {
      const next = this.waiting.shift()
      if (next) next()
      else this.running--
    }
  }
}

interface ChannelParts {
  turns: Turns
  log: Logger
  /** Between two readings of a view that is read quickly. */
  snapshotMs: number
  /** After this time without a reading it is unknown whether the pages are current. */
  overdueMs: number
  /** The reader is gone: who of the watchers may still watch? */
  recheck(watchers: Iterable<Watcher>): Promise<void>
}

/** One view, read once a second for everybody who watches it. What changed is written once and sent to all. */
export class Channel {
  readonly watchers = new Set<Watcher>()
  private shown: Fields | undefined
  private marks: Record<string, string> = {}
  private hasRead = false
  private heardMs: number | undefined
  /** Whole fields as they are sent, by the names of the fields. */
  private readonly wholes = new Map<string, Buffer>()
  /** When the reading under way fell due. */
  private dueMs: number | undefined
  private trouble: 'no-database' | 'failing' | undefined
  private timer: NodeJS.Timeout | undefined
  private isOver = false

  constructor(
    private readonly view: View,
    private readonly parts: ChannelParts,
  ) {}

  get key(): string {
    return this.view.key
  }

  join(watcher: Watcher): void {
    this.watchers.add(watcher)
    if (this.watchers.size === 1 && !this.hasRead) void this.pass()
    if (this.isUnread()) send(watcher, this.unread())
    else if (this.hasRead) this.welcome(watcher)
  }

  close(): void {
    this.isOver = true
    clearTimeout(this.timer)
  }

  /** Say to all that the pages are current, or that nobody knows. */
  sign(alive: string): void {
    this.tell(Buffer.from(this.isUnread() ? this.unread() : alive))
  }

  private async pass(): Promise<void> {
    let pauseMs = this.parts.snapshotMs
    this.dueMs = Date.now()
    try {
      pauseMs = await this.parts.turns.take(() => this.read())
    } catch (error) {
      if (error instanceof ReaderGone) await this.parts.recheck(this.watchers)
      else this.fail(error)
    }
    this.dueMs = undefined
    if (!this.isOver) this.timer = setTimeout(() => void this.pass(), pauseMs)
  }

  /** @returns how long to wait before the next reading */
  private async read(): Promise<number> {
    const [reader] = this.watchers
    if (!reader) return this.parts.snapshotMs // the last one left while this waited for its turn
    const startMs = performance.now()
    this.take(await this.view.read(reader.user))
    const tookMs = performance.now() - startMs
    return Math.min(Math.max(this.parts.snapshotMs, tookMs * restful), longestPauseMs)
  }

  private fail(error: unknown): void {
    if (!this.trouble)
      this.parts.log.warn({ err: error, view: this.key }, 'a live view could not be read; it is tried again')
    const trouble = isDatabaseAway(error) ? 'no-database' : 'failing'
    const isNews = trouble !== this.trouble
    this.trouble = trouble
    if (isNews) this.tell(Buffer.from(this.unread()))
  }

  /** Whether it is unknown if the pages are current. */
  private isUnread(): boolean {
    return this.trouble !== undefined || (this.dueMs !== undefined && Date.now() - this.dueMs > this.parts.overdueMs)
  }

  private unread(): string {
    return eventText('unread', this.trouble ?? 'no-database')
  }

  private take({ shown, heardAt }: Reading): void {
    const news: string[] = []
    const heardMs = heardAt?.getTime()
    if (heardMs !== undefined && heardMs !== this.heardMs) news.push(eventText('heard', String(heardMs)))
    const patch = this.patchTo(shown)
    if (patch) news.push(patch)
    if (this.trouble && news.length === 0) news.push(eventText('alive', ''))
    this.heardMs = heardMs
    this.shown = shown
    this.hasRead = true
    this.trouble = undefined
    if (news.length > 0) this.tell(Buffer.from(news.join('')))
    for (const watcher of this.watchers) if (!watcher.isCurrent) this.welcome(watcher)
  }

  /** What those are told who were current before this reading; undefined where nothing changed. */
  private patchTo(shown: Fields | undefined): string | undefined {
    const before = this.shown
    if (before === undefined || shown === undefined) {
      if (this.hasRead && before === shown) return undefined
      this.wholes.clear()
      this.marks = shown ? marksOf(shown, Object.keys(shown)) : {}
      return this.hasRead ? eventText('changed', '') : undefined
    }
    const patch: Record<string, Patch> = {}
    for (const [name, value] of Object.entries(shown)) {
      const one = difference(before[name], value)
      if (one) patch[name] = one
    }
    const names = Object.keys(patch)
    if (names.length === 0) return undefined
    this.wholes.clear()
    const marks = marksOf(shown, names)
    this.marks = { ...this.marks, ...marks }
    return eventText('shown', writeShown({ patch, marks }))
  }

  /** Send a page the fields in which it differs from what this view holds now. */
  private welcome(watcher: Watcher): void {
    watcher.isCurrent = true
    const { has } = watcher
    if (!this.shown) {
      send(watcher, eventText('changed', ''))
      return
    }
    const names = Object.keys(this.marks)
    const lacking = has ? names.filter((name) => has[name] !== this.marks[name]) : []
    const key = lacking.join()
    const whole = this.wholes.get(key) ?? wholeOf(this.shown, lacking, this.marks)
    this.wholes.set(key, whole)
    send(watcher, whole)
  }

  private tell(news: Buffer): void {
    for (const watcher of this.watchers) if (watcher.isCurrent || this.trouble) send(watcher, news)
  }
}

export const eventText = (event: string, data: string): string => `event: ${event}\ndata: ${data}\n\n`

const marksOf = (shown: Fields, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, markOf(shown[name])]))

function wholeOf(shown: Fields, names: readonly string[], marks: Record<string, string>): Buffer {
  const whole = Object.fromEntries(names.map((name) => [name, shown[name]]))
  return Buffer.from(eventText('shown', writeShown({ whole, marks })))
}

function send({ response }: Watcher, text: string | Buffer): void {
  if (response.writableLength > backlogLimit) response.destroy()
  else response.write(text)
}
