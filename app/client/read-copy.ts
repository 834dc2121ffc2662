import { innerSourceId, unwrap } from '#dropcopy/canonical.ts'
import { type CopyFacts, readCopy } from '#dropcopy/chain.ts'
import { digest } from '#dropcopy/digest.ts'
import { trailerLength } from '#fix/checksum.ts'
import { Message } from '#fix/message.ts'
import { MsgType, Tag } from '#fix/tags.ts'

/** A copy of either protocol, as the client keeps account of it. */
export interface Copy extends CopyFacts {
  /**
   * What the source wrote: on a classic target the copy itself, on a Drop Copy 4.0
   * one the message inside it, which is reused.
   */
  readonly source: Message
  /** 1350 tells what is missing: classic. Otherwise only the target's own numbers do. */
  readonly isChained: boolean
  /** 97=Y. */
  readonly possResend: boolean
  /**
   * RequestTime(5979) and SendingTime(52) of the source's message; '' when absent,
   * and on classic, which has neither to say.
   */
  readonly requestTime: string
  readonly sentAt: string
  /** 32 bits over what the source wrote; never 0. */
  readonly content: number
}

/** undefined: not a copy of this protocol. */
export type CopyReader = (message: Message) => Copy | undefined

/** Copies of a classic target (spec §3.1). */
export const readClassic: CopyReader = (message) => {
  const facts = readCopy(message)
  return (
    facts && {
      ...facts,
      source: message,
      isChained: true,
      possResend: false,
      requestTime: '',
      sentAt: '',
      content: bodyOf(message),
    }
  )
}

/** Copies of a Drop Copy 4.0 target: 35=n with the source's message inside `<RTRF>` (spec §3.3). */
export function dc4Reader(): CopyReader {
  const source = new Message()
  return (message) => {
    if (message.msgType !== MsgType.XmlNonFix || unwrap(message, source) !== undefined) return undefined
    if (source.seqNum === 0 || !source.has(Tag.TargetCompID)) return undefined
    const { view, start, end } = source
    return {
      sourceId: innerSourceId(source),
      seqNum: source.seqNum,
      previous: 0,
      applResend: false,
      source,
      isChained: false,
      possResend: message.is(Tag.PossResend, 'Y') || source.is(Tag.PossResend, 'Y'),
      requestTime: source.str(Tag.RequestTime) ?? '',
      sentAt: source.str(Tag.SendingTime) ?? '',
      content: digest(view, start, end, 0) | 1,
    }
  }
}

const serviceTags = new Set<number>([Tag.ApplID, Tag.ApplSeqNum, Tag.ApplLastSeqNum, Tag.ApplResendFlag])

/** Over the body as the source wrote it: from behind the service's own tags up to 10. */
function bodyOf(message: Message): number {
  let index = message.find(Tag.ApplID)
  while (index < message.count && serviceTags.has(message.tagAt(index))) index++
  return digest(message.view, message.endAt(index - 1) + 1, message.end - trailerLength, 0) | 1
}
