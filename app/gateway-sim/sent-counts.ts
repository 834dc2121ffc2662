import { blankCanonical, canonicaliseInner, unwrap } from '#dropcopy/canonical.ts'
import { classOf, type MessageClass, messageClasses } from '#dropcopy/classify.ts'
import { decode, Message } from '#fix/message.ts'
import { Tag } from '#fix/tags.ts'
import { NumberTally } from '#peer/number-tally.ts'

/** Numbers of a source whose class is remembered, the newest; 16 MB. */
const keptNumbers = 4_000_000

/** What one source session has sent. */
export interface SourceCount {
  sent: number
  first: number
  last: number
  classes: Partial<Record<MessageClass, number>>
}

/** Keeps count of every source message sent, and of the class of each number. */
export class SentCounts {
  private readonly tallies = new Map<string, NumberTally>()
  private readonly counts = new Map<string, SourceCount>()
  private readonly outer = new Message()
  private readonly inner = new Message()
  private readonly canonical = blankCanonical()
  total = 0

  constructor(sources: readonly string[]) {
    for (const id of sources) this.counts.set(id, { sent: 0, first: 0, last: 0, classes: {} })
  }

  add(sourceId: string, seqNum: number, messageClass: MessageClass): void {
    this.total++
    const tally = this.tallies.get(sourceId) ?? new NumberTally(keptNumbers)
    this.tallies.set(sourceId, tally)
    tally.set(seqNum, messageClasses.indexOf(messageClass) + 1)
    const count = this.counts.get(sourceId) ?? { sent: 0, first: 0, last: 0, classes: {} }
    this.counts.set(sourceId, count)
    if (count.sent === 0) count.first = seqNum
    count.sent++
    count.last = seqNum
    count.classes[messageClass] = (count.classes[messageClass] ?? 0) + 1
  }

  /** Count a frame by what it holds; on a plain feed the source is the feed's. Answers its source number. */
  addFrame(frame: Buffer, plainSource: string | undefined): { sourceId: string; seqNum: number } | undefined {
    if (decode(frame, this.outer)) return undefined
    const message = plainSource === undefined ? this.inner : this.outer
    if (plainSource === undefined) {
      if (unwrap(this.outer, this.inner) || canonicaliseInner(this.outer, this.inner, this.canonical)) return undefined
    }
    const sourceId = plainSource ?? (message.str(Tag.TargetCompID) ?? '').slice(0, -1)
    this.add(sourceId, message.seqNum, classOf(message))
    return { sourceId, seqNum: message.seqNum }
  }

  /** The class of each source number sent, as its index in `messageClasses` + 1; 0 for numbers never sent. */
  classesOf(sourceId: string): NumberTally {
    return this.tallies.get(sourceId) ?? new NumberTally()
  }

  perSource(): Record<string, SourceCount> {
    return Object.fromEntries([...this.counts].map(([id, count]) => [id, { ...count, classes: { ...count.classes } }]))
  }
}
