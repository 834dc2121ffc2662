import { blankCanonical, canonicaliseInner, unwrap } from '#dropcopy/canonical.ts'
import { classOf, type MessageClass, messageClasses } from '#dropcopy/classify.ts'
import { decode, Message } from '#fix/message.ts'
import { NumberTally } from '#peer/number-tally.ts'

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
  private readonly outer = new Message()
  private readonly inner = new Message()
  private readonly canonical = blankCanonical()
  total = 0

  constructor(sources: readonly string[]) {
    for (const id of sources) this.tallies.set(id, new NumberTally())
  }

  add(sourceId: string, seqNum: number, messageClass: MessageClass): void {
    const tally = this.tallies.get(sourceId) ?? new NumberTally()
    this.tallies.set(sourceId, tally)
    tally.set(seqNum, messageClasses.indexOf(messageClass) + 1)
    this.total++
  }

  /** Count a frame by what it holds; on a plain feed the source is the feed's. Answers its source number. */
  addFrame(frame: Buffer, plainSource: string | undefined): { sourceId: string; seqNum: number } | undefined {
    if (decode(frame, this.outer)) return undefined
    const message = plainSource === undefined ? this.inner : this.outer
    if (plainSource === undefined) {
      if (unwrap(this.outer, this.inner) || canonicaliseInner(this.outer, this.inner, this.canonical)) return undefined
    }
    const sourceId = plainSource ?? (message.str(56) ?? '').slice(0, -1)
    this.add(sourceId, message.seqNum, classOf(message))
    return { sourceId, seqNum: message.seqNum }
  }

  /** The class of each source number sent, as its index in `messageClasses` + 1; 0 for numbers never sent. */
  classesOf(sourceId: string): NumberTally {
    return this.tallies.get(sourceId) ?? new NumberTally()
  }

  perSource(): Record<string, SourceCount> {
    return Object.fromEntries([...this.tallies].map(([id, tally]) => [id, countOf(tally)]))
  }
}

function countOf(tally: NumberTally): SourceCount {
  const classes: SourceCount['classes'] = {}
  for (const [, value] of tally.entries()) {
    const name = messageClasses[value - 1] ?? 'unknown'
    classes[name] = (classes[name] ?? 0) + 1
  }
  return { sent: tally.size, first: tally.lowest, last: tally.highest, classes }
}
