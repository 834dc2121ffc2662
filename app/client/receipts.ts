import { type CopyFacts, type Link, linkOf, readCopy } from '#dropcopy/chain.ts'
import { digest } from '#dropcopy/digest.ts'
import type { Message } from '#fix/message.ts'
import { NumberTally } from '#peer/number-tally.ts'

/** Numbers that are remembered of a source, and of the target: the newest; 16 MB each. */
export const keptNumbers = 4_000_000

/** Holes that are remembered of a source: the newest. */
const mostHoles = 1_000

/** Source numbers that the chain says are missing, inclusive. `isBreak`: a copy had come before it. */
export type Hole = { from: number; to: number; isBreak: boolean }

/** What came of one source. */
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
}

export interface Receipt {
  readonly facts: CopyFacts
  readonly link: Link
  /** Whether this source number had not come before. */
  readonly first: boolean
}

/** Keeps account of every copy on one target, so that a loss, a double or a changed number can be told exactly. */
export class Receipts {
  readonly sources = new Map<string, SourceReceipt>()
  copies = 0
  /** What each target number was when it came first, and what each source number held: digests. */
  private readonly byTarget = new NumberTally(keptNumbers)
  private readonly contents = new Map<string, NumberTally>()
  private lastRead: { bytes: Buffer; facts: CopyFacts | undefined; content: number }

  /** A copy as the session handed it over, in order; undefined when the message is none. */
  take(message: Message): Receipt | undefined {
    const { facts, content } = this.read(message)
    if (!facts) return undefined
    this.copies++
    const source = this.source(facts.sourceId)
    const link = linkOf(source.last, facts)
    if (link === 'start' && facts.seqNum <= source.last && !this.isKnown(facts, content)) this.restart(facts.sourceId)
    const tally = facts.applResend ? source.applResent : source.live
    const first = source.live.get(facts.seqNum) === 0 && source.applResent.get(facts.seqNum) === 0
    if (facts.applResend && first) source.outside++
    const times = tally.count(facts.seqNum)
    if (!facts.applResend) {
      if (times === 1) noteHole(source, facts, link)
      if (times > 1) source.doubled++
      else if (link === 'gap') source.chainBreaks++
      if (link !== 'duplicate') source.last = facts.seqNum
    }
    // outside the chain it may be one from before the source started again
    const mayBeEarlier = facts.applResend && source.restarts > 0
    if (!mayBeEarlier && this.hasOtherContent(facts, content)) source.renumbered++
    return { facts, link, first }
  }

  /** The hole has been asked for to its end. False: the copy that the chain named did not come, so it stays a loss. */
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
  private isKnown({ sourceId, seqNum }: CopyFacts, content: number): boolean {
    return this.contents.get(sourceId)?.get(seqNum) === content
  }

  /** A chain that begins at a number the source has passed: the source has started again, and its numbers mean other messages. */
  private restart(sourceId: string): void {
    const source = this.source(sourceId)
    source.restarts++
    source.earlier += source.live.size
    source.live = new NumberTally(keptNumbers)
    source.applResent = new NumberTally(keptNumbers)
    source.holes = []
    this.contents.delete(sourceId)
  }

  /** Every copy that comes in, repeats included: a target number belongs to one copy for ever. */
  see(message: Message): void {
    const { facts, content } = this.read(message)
    if (!facts) return
    const seqNum = message.seqNum
    const mark = markOf(facts, content)
    const known = this.byTarget.get(seqNum)
    if (known === 0) this.byTarget.set(seqNum, mark)
    else if (known !== mark) this.source(facts.sourceId).renumbered++
  }

  /** The target's numbers begin again. */
  forgetNumbers(): void {
    for (const [seqNum] of this.byTarget.entries()) this.byTarget.set(seqNum, 0)
  }

  constructor() {
    this.lastRead = { bytes: Buffer.alloc(0), facts: undefined, content: 0 }
  }

  source(id: string): SourceReceipt {
    const known = this.sources.get(id)
    if (known) return known
    const made = blankReceipt()
    this.sources.set(id, made)
    return made
  }

  /** Most messages are seen and taken one right after the other: read once. */
  private read(message: Message): { facts: CopyFacts | undefined; content: number } {
    if (this.lastRead.bytes !== message.bytes) {
      const facts = readCopy(message)
      this.lastRead = { bytes: message.bytes, facts, content: facts ? contentOf(message) : 0 }
    }
    return this.lastRead
  }

  private hasOtherContent(facts: CopyFacts, content: number): boolean {
    const contents = this.contents.get(facts.sourceId) ?? new NumberTally(keptNumbers)
    this.contents.set(facts.sourceId, contents)
    const known = contents.get(facts.seqNum)
    contents.set(facts.seqNum, content)
    return known !== 0 && known !== content
  }
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
})

/** The copy names one that has not come; of the first copy ever everything before it may be missing. */
function noteHole(source: SourceReceipt, { previous }: CopyFacts, link: Link): void {
  const isBreak = link === 'gap' && previous > source.last
  if (!isBreak && (source.last !== 0 || previous === 0)) return
  source.holes.push({ from: source.last + 1, to: previous, isBreak })
  if (source.holes.length > mostHoles) source.holes.shift()
}

const serviceTags = new Set([1180, 1181, 1350, 1352])

/** 32 bits over the body as the source wrote it: from behind the service's own tags up to 10. Never 0. */
function contentOf(message: Message): number {
  let index = message.find(1180)
  while (index < message.count && serviceTags.has(message.tagAt(index))) index++
  return digest(message.bytes, message.endAt(index - 1) + 1, message.bytes.length - 7, 0) | 1
}

function markOf(facts: CopyFacts, content: number): number {
  const id = Buffer.from(facts.sourceId, 'latin1')
  return digest(id, 0, id.length, content ^ Math.imul(facts.seqNum, 0x9e3779b1)) | 1
}
