import { type CopyKey, flag } from '#connector/state/fold.ts'
import { mayBeDelivered } from '#connector/state/lead.ts'
import type { Door } from '#connector/wire/door.ts'
import { streamName } from '#connector/wire/lanes.ts'
import type { Exchange, SnapshotFeed } from '#domain/configuration/snapshot.ts'
import { blankCanonical } from '#dropcopy/canonical.ts'
import { copyFlagOffset, type SourceMessage } from '#dropcopy/source-message.ts'
import type { Message } from '#fix/message.ts'
import type { AsideReason } from '#fix/session-state.ts'
import type { MessageFields } from '#journal/records.ts'
import type { Dialect, Unreadable } from './dialects/dialect.ts'
import { EncapsulatedDialect } from './dialects/encapsulated.ts'
import { PlainDialect } from './dialects/plain.ts'
import type { Feed } from './feed.ts'
import type { FeedCore } from './feed-core.ts'
import { type Arrival, type ArrivalVerdict, identify } from './identity.ts'
import type { Source, Sources } from './sources.ts'

/** Names and reasons remembered per feed and week, and names counted; messages beyond these are kept all the same. */
const asideNamesKept = 100
/** Characters kept of a name that nobody has checked. */
const mostOfName = 32

// Reused for every message: one message is taken in at a time.
const canonical = blankCanonical()
const key: CopyKey = { stream: 0, epoch: 0, number: 0, late: false, possResend: false }
const arrival: Arrival = {
  number: 0,
  digest: 0,
  possResend: false,
  recovered: false,
  sendingTimeMs: 0,
  requestTime: '',
}
const fields: MessageFields = {
  class: 0,
  flags: 0,
  stream: 0,
  epoch: 0,
  feed: 0,
  feedEpoch: 0,
  number: 0,
  feedNumber: 0,
  digest: 0,
  bodyAt: 0,
  at797: 0,
}

/** Receives each incoming message that is a copy for it, at once. */
type CopyTaker = { live(message: SourceMessage, from: Source, position: number, key: CopyKey): void }

/** Takes source messages in: identifies each one, journals it, and hands it to every target that is to have it. */
export class Intake {
  /** By target id. */
  readonly targets: (CopyTaker | undefined)[] = []
  /** Messages kept aside since the start, by the name under which they came. */
  readonly asides = new Map<string, number>()
  private readonly dialects: Record<SnapshotFeed['dialect'], Dialect>

  constructor(
    private readonly core: FeedCore,
    private readonly sources: Sources,
    private readonly door: Door,
  ) {
    this.dialects = { plain: new PlainDialect(core.journal), encapsulated: new EncapsulatedDialect() }
  }

  configure(exchange: Exchange): void {
    for (const dialect of Object.values(this.dialects)) dialect.configure(exchange)
  }

  /** The dialect that reads the messages of a feed. */
  dialectOf({ dialect }: SnapshotFeed): Dialect {
    return this.dialects[dialect]
  }

  /**
   * Takes an application message of a feed, in feed order. False: the message was not journaled, so its feed number
   * must be noted otherwise.
   */
  take(feed: Feed, message: Message, feedNumber: number, resent: boolean): boolean {
    from(feed, feedNumber)
    const { dialect } = feed
    const wrong = dialect.read(message, feed.config, canonical)
    if (wrong) return this.aside(feed, message, dialect.source, wrong)
    if (resent) canonical.recovered = true
    const found = this.sources.find(dialect.source) ?? this.segmentOf(dialect)
    if (!found?.feeds?.includes(feed.name)) return this.asideCanonical(feed, this.claimed(dialect), 'unknown-source')
    found.heardMs = this.core.wallMs
    this.core.state.changed.streams.mark(found.id)
    return this.identified(feed, found)
  }

  /** Keeps the bytes of a message that the feed's session has rejected, because its number is used up. */
  setAside(feed: Feed, message: Message, feedNumber: number, why: AsideReason): void {
    from(feed, feedNumber)
    this.aside(feed, message, feed.dialect.sourceOf(feed.config), why)
  }

  /** For a source with several market segments: the stream of the segment that the message names. */
  private segmentOf(dialect: Dialect): Source | undefined {
    const segment = dialect.segment()
    return segment === undefined ? undefined : this.sources.find(streamName(dialect.source, segment))
  }

  /** The name under which an unconfigured message is reported: with its segment where the source has several. */
  private claimed(dialect: Dialect): string {
    const name = dialect.source
    const segment = this.sources.hasSegments(name) ? dialect.segment() : undefined
    return segment === undefined ? name : streamName(name, segment)
  }

  private identified(feed: Feed, found: Source): boolean {
    const verdict = this.verdict(feed, found)
    switch (verdict.kind) {
      case 'new':
        return this.keep(feed, found, verdict.epoch, 0)
      case 'restarted':
        this.door.note('feed', feed.name, 'source-restarted', `${found.name} starts again at ${canonical.seqNum}`)
        return this.keep(feed, found, verdict.epoch, 0)
      case 'late':
        return this.keep(feed, found, verdict.epoch, flag.late)
      case 'duplicate':
        found.duplicates++
        feed.report.duplicates++
        return false
      case 'conflict':
      case 'too-old':
        return this.asideCanonical(feed, found.name, verdict.kind)
    }
  }

  private verdict(feed: Feed, found: Source): ArrivalVerdict {
    const { dialect } = feed
    const { stream } = found
    const { seqNum } = canonical
    if (dialect.isNumberedByFeed && feed.id === stream.feed && feed.state.epoch !== stream.feedEpoch) {
      // sent again from before our reset, by a gateway that has not reset yet
      if (canonical.recovered && found.known.find(stream.epoch, seqNum)?.digest === canonical.digest)
        return { kind: 'duplicate' }
      return { kind: 'restarted', epoch: stream.epoch + 1 }
    }
    if (seqNum > stream.highest && !canonical.recovered && !canonical.possResend)
      return { kind: 'new', epoch: stream.epoch }
    arrival.number = seqNum
    arrival.digest = canonical.digest
    arrival.possResend = canonical.possResend
    arrival.recovered = canonical.recovered || canonical.possResend
    arrival.sendingTimeMs = canonical.sendingTimeMs
    arrival.lasting = dialect.lasting()
    const { requestTimeAt, requestTimeEnd } = canonical
    arrival.requestTime =
      requestTimeAt > 0 ? Buffer.from(canonical.bytes.subarray(requestTimeAt, requestTimeEnd)).toString('latin1') : ''
    return identify(arrival, found.known)
  }

  private keep(feed: Feed, found: Source, epoch: number, more: number): boolean {
    const { core } = this
    const { feedNumber } = fields
    // a message lost to damage, or received by another leader, may have been delivered before: deliver it with
    // PossResend rather than suppress it on a guess
    const { tail, damaged } = core.journal.recovery
    const isAgain = canonical.recovered || (more & flag.late) !== 0
    const isInDoubt = tail === 'suspect' || damaged.length > 0 || mayBeDelivered(feed.state, feedNumber)
    if (isAgain && isInDoubt) canonical.possResend = true
    this.describe(found.id, epoch, more)
    const position = this.append()
    const { ids, count } = core.state.eligible
    if (count === 0) return true
    key.stream = found.id
    key.epoch = epoch
    key.number = canonical.seqNum
    key.late = (more & flag.late) !== 0
    key.possResend = canonical.possResend
    for (let i = 0; i < count; i++) this.targets[ids[i]!]?.live(canonical, found, position, key)
    return true
  }

  private describe(stream: number, epoch: number, more: number): void {
    fields.class = canonical.classCode
    fields.flags = more | (canonical.possResend ? flag.possResend : 0) | (canonical.recovered ? flag.recovered : 0)
    fields.stream = stream
    fields.epoch = epoch
    fields.number = canonical.seqNum
    fields.digest = canonical.digest
    fields.bodyAt = canonical.bodyAt - canonical.start
    fields.at797 = copyFlagOffset(canonical)
  }

  /** Journals a message whole and shows it, but never delivers it. */
  private asideCanonical(feed: Feed, name: string, why: string): boolean {
    this.describe(0, 0, flag.aside)
    this.append()
    this.noteAside(feed, name, why)
    return true
  }

  /** A plain message is already written in its place; an encapsulated one is still in the feed's frame. */
  private append(): number {
    const { core } = this
    const { bytes, start, length } = canonical
    return bytes === core.journal.memory.bytes
      ? core.messageWritten(fields, length)
      : core.message(fields, bytes, start, start + length)
  }

  private aside(feed: Feed, { bytes, start, end }: Message, name: string, why: Unreadable | AsideReason): boolean {
    fields.class = fields.flags = fields.stream = fields.epoch = 0
    fields.number = fields.digest = fields.bodyAt = fields.at797 = 0
    fields.flags = flag.aside
    this.noteAside(feed, name, why)
    this.core.message(fields, bytes, start, end)
    return true
  }

  private noteAside(feed: Feed, claimed: string, why: string): void {
    const name = claimed.slice(0, mostOfName)
    const before = this.asides.get(name)
    if (before !== undefined || this.asides.size < asideNamesKept) this.asides.set(name, (before ?? 0) + 1)
    const known = this.sources.find(name)
    if (known) this.core.state.changed.streams.mark(known.id)
    const { asides } = feed.state
    const isNews = asides.length < asideNamesKept && !asides.some((one) => one.name === name && one.why === why)
    if (isNews) this.core.control({ kind: 'aside', feed: feed.id, name, why, atMs: this.core.wallMs })
    const count = ++feed.report.aside
    const text = `${name || 'a message without a source'}: ${why}`
    // the first of each is reported at once, later only how many there are
    if (isNews) this.door.note('feed', feed.name, 'aside', text)
    else if (/^10+$/.test(`${count}`))
      this.door.note('feed', feed.name, 'aside', `${count} since start, the newest ${text}`)
  }
}

/** Sets the feed and the feed number for the next record. */
function from(feed: Feed, feedNumber: number): void {
  fields.feed = feed.id
  fields.feedEpoch = feed.state.epoch
  fields.feedNumber = feedNumber
}
