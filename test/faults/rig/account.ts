import { innerOf } from '#test/support/dc4.ts'
import { fieldOf, type Received } from '#test/support/fix-peer.ts'

export type Copy = {
  /** MsgSeqNum(34) under which it came first. */
  number: number
  /** The source and its number: 1180 and 1181; of Drop Copy 4.0 the inner 56 and 34. */
  source: string
  sourceNumber: number
  /** ApplLastSeqNum(1350); 0: absent. */
  previous: number
  /** ApplResendFlag(1352) or PossResend(97): the client may have seen the copy before. */
  isFlagged: boolean
}

/** What a client keeps, and what it finds wrong: every copy by its number, the next number, the chain. */
export class Account {
  /** The number expected next, and the highest seen. */
  next = 1
  highest = 0
  readonly byNumber = new Map<number, Copy>()
  readonly distinct = new Set<string>()
  /**
   * A number that came again with another copy, a 52 before its 122, a Logout that calls our number too low.
   */
  readonly wrong: string[] = []
  private readonly filled = new Set<number>()

  /** `hasChain`: classic copies, which name the copy before them. */
  constructor(readonly hasChain = true) {}

  /** A message that carries a number of ours; copies are recorded, Gap Fills move the next number. */
  take(message: Received): void {
    const { seqNum, type } = message
    if (type === '5' && /too low/.test(fieldOf(message, 58) ?? '')) this.wrong.push(`logged out: ${message.text}`)
    if (type === '8' || type === 'n') this.copy(message)
    const behind = type === '4' ? Number(fieldOf(message, 36)) : seqNum + 1
    this.highest = Math.max(this.highest, behind - 1)
    if (type !== '8' && type !== 'n')
      for (let n = seqNum; n < behind && behind - seqNum < 50_000; n++) this.filled.add(n)
    if (seqNum === this.next) this.next = behind
    while (this.byNumber.has(this.next) || this.filled.has(this.next)) this.filled.delete(this.next++)
  }

  /** Copies in the order of their numbers. */
  get copies(): Copy[] {
    return [...this.byNumber.values()].sort((a, b) => a.number - b.number)
  }

  private copy(message: Received): void {
    const text = (tag: number) => fieldOf(message, tag) ?? ''
    const inner = innerOf(message)
    const copy: Copy = {
      number: message.seqNum,
      source: this.hasChain ? text(1180) : (/\|56=(...)/.exec(inner)?.[1] ?? ''),
      sourceNumber: Number(this.hasChain ? text(1181) : /\|34=(\d+)/.exec(inner)?.[1]),
      previous: Number(text(1350)),
      isFlagged: text(1352) === 'Y' || text(97) === 'Y',
    }
    const known = this.byNumber.get(copy.number)
    const what = `${copy.source} ${copy.sourceNumber}`
    if (!known) this.byNumber.set(copy.number, copy)
    else if (`${known.source} ${known.sourceNumber} ${known.previous}` !== `${what} ${copy.previous}`)
      this.wrong.push(`${copy.number} renumbered: ${JSON.stringify(known)}, then ${JSON.stringify(copy)}`)
    this.distinct.add(what)
    if (text(122) > text(52)) this.wrong.push(`${copy.number}: 52 is before 122`)
  }
}

/**
 * What is wrong with an account, compared with what the gateways have sent (`SSS NUMBER`; Session ID of a source: its
 * first three characters). `isTold`: a copy that comes twice is flagged, or its 1350 names one before the newest that
 * the client has.
 */
export function judge(account: Account, sent: ReadonlySet<string>) {
  const lost = [...sent].filter((what) => !account.distinct.has(what))
  const doubled: (Copy & { isTold: boolean })[] = []
  const chain: string[] = []
  const seen = new Set<string>()
  const head = new Map<string, number>()
  for (const copy of account.copies) {
    const { source, sourceNumber, previous, isFlagged, number } = copy
    const what = `${source} ${sourceNumber}`
    const before = head.get(source) ?? 0
    if (seen.has(what)) doubled.push({ ...copy, isTold: isFlagged || (account.hasChain && previous < before) })
    seen.add(what)
    if (!account.hasChain || (isFlagged && previous === 0)) continue // outside the chain
    if (previous !== before) chain.push(`${number}: ${what} names ${previous}, the one before was ${before}`)
    head.set(source, Math.max(before, sourceNumber))
  }
  return { lost, doubled, chain }
}
