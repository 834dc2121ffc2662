import type { Message } from '#fix/message.ts'
import { Tag } from '#fix/tags.ts'

/** What a classic copy says of itself (spec §3.1). */
export interface CopyFacts {
  /** 1180 and the firm's 448: the source's id. */
  sourceId: string
  /** 1181. */
  seqNum: number
  /** 1350; 0 when absent. */
  previous: number
  /** 1352=Y. */
  applResend: boolean
}

/** undefined: not a copy. The firm is in the last party, which the service put behind the body. */
export function readCopy(message: Message): CopyFacts | undefined {
  const session = message.str(Tag.ApplID)
  const seqNum = message.int(Tag.ApplSeqNum)
  if (session === undefined || seqNum === undefined) return undefined
  let firm = message.find(Tag.PartyID)
  for (let next = firm; next >= 0; next = message.find(Tag.PartyID, next + 1)) firm = next
  return {
    sourceId: session + (firm < 0 ? '' : message.strAt(firm)),
    seqNum,
    previous: message.int(Tag.ApplLastSeqNum) ?? 0,
    applResend: message.is(Tag.ApplResendFlag, 'Y'),
  }
}

/**
 * How a live copy fits the last one seen of its source (spec §7). `start`: it names none, a chain begins here.
 * `gap`: copies between the last one and the one it names are missing. `duplicate`: seen before, drop it.
 * Outside the chain (1352=Y) is `aside`: it neither moves nor breaks anything.
 */
export type ChainLink = 'start' | 'next' | 'gap' | 'duplicate' | 'aside'

/** `last` is the 1181 of the last live copy accepted of this source; 0 for none. */
export function chainLink(last: number, copy: CopyFacts): ChainLink {
  if (copy.applResend) return 'aside'
  if (copy.previous === 0) return 'start'
  if (last === 0 || copy.previous === last) return 'next'
  if (copy.previous > last) return 'gap'
  return copy.seqNum <= last ? 'duplicate' : 'gap'
}
