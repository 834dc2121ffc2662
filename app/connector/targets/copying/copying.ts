import type { CopyKey } from '#connector/state/fold.ts'
import type { Wire } from '#connector/wire/wire.ts'
import type { ClassicSource } from '#dropcopy/classic-copy.ts'
import type { Constant } from '#dropcopy/constant.ts'
import type { SourceMessage } from '#dropcopy/source-message.ts'

/** The source of a copy, as far as its copies show it. */
export type CopySource = { readonly name: string; readonly classic: ClassicSource }

/** The sources of all copies, by their ids in the journal. @throws when no stream has the id */
export type CopySources = { byStream(id: number): CopySource }

/** What differs from copy to copy. One object is reused for many copies; a protocol ignores what it does not know. */
export type CopyTerms = {
  /** MsgSeqNum(34) on the target. */
  targetSeqNum: number
  /** ApplLastSeqNum(1350); 0 omits it: start of a chain, first of an application resend, a late message. */
  previous: number
  /** 1352=Y: an application resend or a late message. */
  applResend: boolean
  /** PossResend(97)=Y, which only dc4 copies have. */
  possResend: boolean
  /** SendingTime(52), 21 characters. */
  sendingTime: Constant
  /** OrigSendingTime(122): the 52 of the first sending, sent together with 43=Y; undefined on a first sending. */
  origSendingTime: Constant | undefined
}

/** How the copies of one target are made: everything in which the two protocols differ. */
export type Copying = {
  /** Copies get their numbers when they come, client or no client; the client requests them by FIX resend. */
  readonly numbersAlways: boolean
  /** Source number of the copy before this one on its chain, 0 for none; the next copy will name this one. */
  previous(key: CopyKey): number
  /** Writes a copy at the end of what the wire holds. */
  write(wire: Wire, source: SourceMessage, from: CopySource, terms: CopyTerms): void
  /** A client has logged on, or a week has begun: the state has everything numbered before. */
  restart(): void
}
