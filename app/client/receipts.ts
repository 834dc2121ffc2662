import { type ChainLink, chainLink } from '#dropcopy/chain.ts'
import { constant } from '#dropcopy/constant.ts'
import { digest } from '#dropcopy/digest.ts'
import type { Message } from '#fix/message.ts'
import { NumberTally } from '#peer/number-tally.ts'
import { type Copy, type CopyReader, readClassic } from './read-copy.ts'

/** How many numbers are remembered of a source, and of the target: the newest; 16 MB each. */
const keptNumbers = 4_000_000

/** How many holes are remembered of a source: the newest. */
const mostHoles = 1_000

/** Source numbers that the chain says are missing, inclusive. `isBreak`: a copy had come before it. */
export type Hole = { from: number; to: number; isBreak: boolean }

/** What came of one source's messages. */
export interface SourceReceipt {
  /** How often each source number (1181) came on the live chain since the source started last. */
  live: NumberTally
  /** The same for copies outside it (1352=Y). */
  applResent: NumberTally
  /** How often the source has started again, and how many of its numbers came live before. */
  restarts: number
  earlier: number
  /** 1181 of the last live copy; 0 before the first. */
  last: number
  /** Live copies whose 1350 is not the one before. */
  chainBreaks: number
  /** Those of them whose hole Application Resend has filled. */
  mended: number
  /** Copies that never came on the live chain. */
  outside: number
  /** What is still missing, oldest first. */
  holes: Hole[]
  /** Live copies of a number that had come before. */
  doubled: number
  /** One source number with two different contents, or one target number for two copies. */
  renumbered: number
  /** Possible resends (97=Y) that had come before. */
  dropped: number
  /** 52 and 5979 of the newest message of a source without a chain; '' otherwise. */
  sentAt: string
  requestTime: string
}

export interface Receipt {
  readonly facts: Copy
  /** `dropped`: a possible resend that had come before; it counts for nothing. */
  readonly link: ChainLink | 'dropped'
  /** Whether this source number had not come before. */
  readonly first: boolean
}

/** Keeps account of every copy on one target, so that a loss, a double or a changed number can be told exactly. */
export class Receipts {
  readonly sources = new Map<string, SourceReceipt>()
  copies = 0
  /** Digests of what came first under each target number, and of what each source number held. */
  private readonly byTarget = new NumberTally(keptNumbers)
  private readonly contents = new Map<string, NumberTally>()
  /** 5979 of each source number: digests. */
  private readonly requestTimes = new Map<string, NumberTally>()
  private lastRead: { bytes: Buffer; facts: Copy | undefined } = { bytes: Buffer.alloc(0), facts: undefined }

  constructor(private readonly reader: CopyReader = readClassic) {}

  /** Takes a copy as the session handed it over, in order; undefined when the message is no copy. */
  take(message: Message): Receipt | undefined {
    const facts = this.read(message)
    if (!facts) return undefined
    const source = this.source(facts.sourceId)
    if (facts.possResend && this.hasCome(source, facts)) {
      source.dropped++
      return { facts, link: 'dropped', first: false }
    }
    this.copies++
    const link = facts.isChained ? chainLink(source.last, facts) : linkByNumber(source, facts)
    if (link === 'start' && facts.seqNum <= source.last && !this.isKnown(facts)) this.restart(facts.sourceId)
    const tally = facts.applResend ? source.applResent : source.live
    const first = source.live.get(facts.seqNum) === 0 && source.applResent.get(facts.seqNum) === 0
    if (facts.applResend && first) source.outside++
    const times = tally.count(facts.seqNum)
    if (!facts.applResend) {
      if (times === 1) noteHole(source, facts, link)
      if (times > 1 && !facts.possResend) source.doubled++
      else if (link === 'gap') source.chainBreaks++
      if (link !== 'duplicate' && link !== 'aside') advance(source, facts)
    }
    // outside the chain it may be one from before the source started again
    const mayBeEarlier = facts.applResend && source.restarts > 0
    if (!mayBeEarlier && this.hasOtherContent(facts)) source.renumbered++
    return { facts, link, first }
  }

  /** The whole hole has been asked for. False: the copy that the chain named did not come, so the hole stays a loss. */
  close(sourceId: string, hole: Hole): boolean {
    const source = this.source(sourceId)
    if (source.live.get(hole.to) === 0 && source.applResent.get(hole.to) === 0) return false
    if (hole.isBreak && source.holes.includes(hole)) source.mended++
    this.forget(sourceId, hole)
    return true
  }

  /** It will not be asked for again. */
  forget(sourceId: string, hole: Hole): void {
    const source = this.source(sourceId)
    source.holes = source.holes.filter((one) => one !== hole)
  }

  /** Whether this number held exactly this. */
  private isKnown({ sourceId, seqNum, content }: Copy): boolean {
    return this.contents.get(sourceId)?.get(seqNum) === content
  }

  /**
   * Whether a possible resend provably came before: the same bytes, or the same 5979, under the same number (spec
   * §2.11). What an earlier run took is known by number alone, and by the 5979 of its last.
   */
  private hasCome(source: SourceReceipt, facts: Copy): boolean {
    const { sourceId, seqNum, requestTime } = facts
    if (source.live.get(seqNum) === 0) return false
    if (this.isKnown(facts)) return true
    if (requestTime === '') return false
    const known = this.requestTimes.get(sourceId)?.get(seqNum) ?? 0
    if (known !== 0) return known === digestOf(requestTime, 0)
    const isOfThisRun = (this.contents.get(sourceId)?.get(seqNum) ?? 0) !== 0
    return !isOfThisRun && !isLater(requestTime, source.requestTime)
  }

  /**
   * A chain that begins at a number the source has passed: the source has started
   * again, and its numbers mean other messages.
   */
  private restart(sourceId: string): void {
    const source = this.source(sourceId)
    source.restarts++
    source.earlier += source.live.size
    source.live = new NumberTally(keptNumbers)
    source.applResent = new NumberTally(keptNumbers)
    source.holes = []
    this.contents.delete(sourceId)
    this.requestTimes.delete(sourceId)
  }

  /** Every copy that comes in, repeats included: a target number belongs to one copy for ever. */
  see(message: Message): void {
    const facts = this.read(message)
    if (!facts) return
    const seqNum = message.seqNum
    const mark = digestOf(facts.sourceId, facts.content ^ Math.imul(facts.seqNum, 0x9e3779b1))
    const known = this.byTarget.get(seqNum)
    if (known === 0) this.byTarget.set(seqNum, mark)
    else if (known !== mark) this.source(facts.sourceId).renumbered++
  }

  /** The target's numbers begin again. */
  forgetNumbers(): void {
    for (const [seqNum] of this.byTarget.entries()) this.byTarget.set(seqNum, 0)
  }

  source(id: string): SourceReceipt {
    const known = this.sources.get(id)
    if (known) return known
    const made = blankReceipt()
    this.sources.set(id, made)
    return made
  }

  /** Most messages are seen and then taken at once, so the copy is read only once. */
  private read(message: Message): Copy | undefined {
    if (this.lastRead.bytes !== message.bytes) this.lastRead = { bytes: message.bytes, facts: this.reader(message) }
    return this.lastRead.facts
  }

  private hasOtherContent({ sourceId, seqNum, content, requestTime }: Copy): boolean {
    if (requestTime !== '') tallyOf(this.requestTimes, sourceId).set(seqNum, digestOf(requestTime, 0))
    const contents = tallyOf(this.contents, sourceId)
    const known = contents.get(seqNum)
    contents.set(seqNum, content)
    return known !== 0 && known !== content
  }
}

function tallyOf(tallies: Map<string, NumberTally>, sourceId: string): NumberTally {
  const tally = tallies.get(sourceId) ?? new NumberTally(keptNumbers)
  tallies.set(sourceId, tally)
  return tally
}

export const blankReceipt = (): SourceReceipt => ({
  live: new NumberTally(keptNumbers),
  applResent: new NumberTally(keptNumbers),
  restarts: 0,
  earlier: 0,
  last: 0,
  chainBreaks: 0,
  mended: 0,
  outside: 0,
  holes: [],
  doubled: 0,
  renumbered: 0,
  dropped: 0,
  sentAt: '',
  requestTime: '',
})

/**
 * How a copy without a chain fits what came of its source before. `start`: the source has passed its number, but it was
 * sent later than the newest message, so the source has started again. `aside`: it reached the service out of order.
 */
function linkByNumber(source: SourceReceipt, { seqNum, sentAt }: Copy): ChainLink {
  if (seqNum > source.last) return 'next'
  if (sentAt > source.sentAt) return 'start'
  return source.live.get(seqNum) > 0 ? 'duplicate' : 'aside'
}

function advance(source: SourceReceipt, { seqNum, sentAt, requestTime }: Copy): void {
  source.last = seqNum
  if (sentAt !== '') source.sentAt = sentAt
  if (requestTime !== '') source.requestTime = requestTime
}

/** Compares two values of 5979, which are nanoseconds as text. */
const isLater = (one: string, other: string): boolean =>
  one.length === other.length ? one > other : one.length > other.length

/** The copy names one that has not come; for the first copy ever, everything before it may be missing. */
function noteHole(source: SourceReceipt, { previous }: Copy, link: ChainLink): void {
  const isBreak = link === 'gap' && previous > source.last
  if (!isBreak && (source.last !== 0 || previous === 0)) return
  source.holes.push({ from: source.last + 1, to: previous, isBreak })
  if (source.holes.length > mostHoles) source.holes.shift()
}

/** 32 bits over a text. Never 0. */
function digestOf(text: string, seed: number): number {
  const { view, length } = constant(text)
  return digest(view, 0, length, seed) | 1
}
