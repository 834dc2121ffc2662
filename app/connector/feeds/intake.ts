import type { Core } from '#connector/run/core.ts'
import { flag } from '#connector/state/fold.ts'
import { mayBeDelivered } from '#connector/state/lead.ts'
import { routesOf } from '#connector/state/state.ts'
import type { CopyKey } from '#connector/targets/copying/copying.ts'
import type { Target } from '#connector/targets/target.ts'
import type { Door } from '#connector/wire/door.ts'
import { streamName } from '#connector/wire/lanes.ts'
import type { Exchange } from '#connector/wire/settings.ts'
import {
  blankCanonical,
  canonicalGrowth,
  canonicaliseInner,
  canonicalisePlain,
  innerSourceId,
  lastingDigest,
  type NotCanonical,
  type PlainOrigin,
  plainOrigin,
  unwrap,
} from '#dropcopy/canonical.ts'
import { copyFlagOffset } from '#dropcopy/source-message.ts'
import { lacksValue } from '#dropcopy/standard-header.ts'
import { Message } from '#fix/message.ts'
import type { AsideReason } from '#fix/session-state.ts'
import { isSeveral } from '#fix/several.ts'
import { MsgType, Tag } from '#fix/tags.ts'
import type { MessageFields } from '#journal/records.ts'
import type { Feed } from './feed.ts'
import { type Arrival, identify, type Verdict } from './identity.ts'
import type { Source, Sources } from './sources.ts'

/** Names and reasons remembered per feed and week, and names counted; the messages of more are kept all the same. */
const asideNamesKept = 100
/** Characters of a name that nobody has checked. */
const mostOfName = 32

// Reused for every message: one is taken in at a time.
const inner = new Message(256)
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

/** Where source messages come in: who each one is, the journal, and then every target that is to have it. */
export class Intake {
  /** By target id. */
  readonly targets: (Target | undefined)[] = []
  /** Messages kept aside since start, by the name they came under. */
  readonly asides = new Map<string, number>()
  private origins = new Map<string, PlainOrigin>()
  private exchange: Exchange = { compId: '', subId: '' }

  constructor(
    private readonly core: Core,
    private readonly sources: Sources,
    private readonly door: Door,
  ) {}

  configure(exchange: Exchange): void {
    this.exchange = exchange
    this.origins = new Map()
  }

  /** An application message of a feed, in feed order. False: it was not journaled, so its feed number must be noted otherwise. */
  take(feed: Feed, message: Message, feedNumber: number, resent: boolean): boolean {
    from(feed, feedNumber)
    if (isSeveral(message)) return this.aside(feed, message, sourceNamed(feed), 'several-messages')
    const plain = feed.config.dialect === 'plain'
    const name = plain ? (feed.config.source ?? '') : this.unwrapped(feed, message)
    if (name === undefined) return true
    if (!plain && isSeveral(inner)) return this.aside(feed, message, name, 'several-messages')
    const wrong = plain ? this.canonicalise(message, name) : canonicaliseInner(message, inner, canonical)
    if (wrong) return this.aside(feed, message, name, wrong)
    if (resent) canonical.recovered = true
    const found = this.sources.find(name) ?? this.segmentOf(name, plain)
    if (!found?.feeds?.includes(feed.name))
      return this.asideCanonical(feed, this.claimed(name, plain), 'unknown-source')
    found.heardMs = this.core.wallMs
    this.core.state.changed.streams.mark(found.id)
    return this.identified(feed, found, plain)
  }

  /** One that the feed's session has rejected: its number is used up, so its bytes are kept. */
  setAside(feed: Feed, message: Message, feedNumber: number, why: AsideReason): void {
    from(feed, feedNumber)
    this.aside(feed, message, sourceNamed(feed), why)
  }

  /** The name of an encapsulated message's source; undefined: it could not be read and was kept aside. */
  private unwrapped(feed: Feed, message: Message): string | undefined {
    const wrong =
      message.fault && lacksValue(message)
        ? 'bad-field'
        : message.msgType === MsgType.XmlNonFix
          ? unwrap(message, inner)
          : 'no-envelope'
    if (!wrong) return innerSourceId(inner)
    this.aside(feed, message, '', wrong)
    return undefined
  }

  /** Of a source with several market segments the stream of the message's own, which its 50 names (spec §3.3). */
  private segmentOf(name: string, plain: boolean): Source | undefined {
    const segment = plain ? undefined : inner.str(Tag.SenderSubID)
    return segment === undefined ? undefined : this.sources.find(streamName(name, segment))
  }

  /** The name that a message nobody configured is told under: with its segment where the source has several. */
  private claimed(name: string, plain: boolean): string {
    const segment = plain || !this.sources.hasSegments(name) ? undefined : inner.str(Tag.SenderSubID)
    return segment === undefined ? name : streamName(name, segment)
  }

  private identified(feed: Feed, found: Source, plain: boolean): boolean {
    const verdict = this.verdict(feed, found, plain)
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

  private verdict(feed: Feed, found: Source, plain: boolean): Verdict {
    const { stream } = found
    const { seqNum } = canonical
    if (plain && feed.id === stream.feed && feed.state.epoch !== stream.feedEpoch) {
      // one that comes again from before our reset, of a gateway that has not reset yet
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
    arrival.lasting = !plain && inner.possDup ? lastingDigest(inner) : undefined
    const { requestTimeAt, requestTimeEnd } = canonical
    arrival.requestTime =
      requestTimeAt > 0 ? Buffer.from(canonical.bytes.subarray(requestTimeAt, requestTimeEnd)).toString('latin1') : ''
    return identify(arrival, found.known)
  }

  private keep(feed: Feed, found: Source, epoch: number, more: number): boolean {
    const { core } = this
    const { feedNumber } = fields
    // what damage has taken, or another leader received, may have been delivered before: never suppressed on a guess, but flagged
    const { tail, damaged } = core.journal.recovery
    const isAgain = canonical.recovered || (more & flag.late) !== 0
    const isInDoubt = tail === 'suspect' || damaged.length > 0 || mayBeDelivered(feed.state, feedNumber)
    if (isAgain && isInDoubt) canonical.possResend = true
    this.describe(found.id, epoch, more)
    const position = this.append()
    const routes = routesOf(core.state, found.id)
    if (routes.length === 0) return true
    key.stream = found.id
    key.epoch = epoch
    key.number = canonical.seqNum
    key.late = (more & flag.late) !== 0
    key.possResend = canonical.possResend
    for (let i = 0; i < routes.length; i++) {
      const route = routes[i]!
      if ((route.reasons[canonical.classCode] ?? 0) < 0) this.targets[route.id]?.live(canonical, found, position, key)
    }
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

  /** Journaled whole and shown, never delivered. */
  private asideCanonical(feed: Feed, name: string, why: string): boolean {
    this.describe(0, 0, flag.aside)
    this.append()
    this.noteAside(feed, name, why)
    return true
  }

  /** Written in its place already, unless it is an encapsulated one, which still stands in the feed's frame. */
  private append(): number {
    const { core } = this
    const { bytes, start, length } = canonical
    return bytes === core.journal.memory.bytes
      ? core.messageWritten(fields, length)
      : core.message(fields, bytes, start, start + length)
  }

  private aside(
    feed: Feed,
    { bytes, start, end }: Message,
    name: string,
    why: NotCanonical | AsideReason | 'several-messages',
  ): boolean {
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
    // the first of each is told, and then how many they have become
    if (isNews) this.door.note('feed', feed.name, 'aside', text)
    else if (/^10+$/.test(`${count}`))
      this.door.note('feed', feed.name, 'aside', `${count} since start, the newest ${text}`)
  }

  private origin(name: string): PlainOrigin {
    let origin = this.origins.get(name)
    if (!origin) {
      origin = plainOrigin(this.exchange, name)
      this.origins.set(name, origin)
    }
    return origin
  }

  /** The canonical bytes are written where the journal will keep them: nothing else may be appended before they are. */
  private canonicalise(message: Message, name: string): NotCanonical | undefined {
    const { journal } = this.core
    const at = journal.messageRoom(message.end - message.start + canonicalGrowth)
    return canonicalisePlain(message, this.origin(name), journal.memory, at, canonical)
  }
}

/** The feed and the number of it that the next record is about. */
function from(feed: Feed, feedNumber: number): void {
  fields.feed = feed.id
  fields.feedEpoch = feed.state.epoch
  fields.feedNumber = feedNumber
}

/** Of a plain feed the source is known before a message is read. */
const sourceNamed = ({ config }: Feed): string => (config.dialect === 'plain' ? (config.source ?? '') : '')
