import type { Wire } from '#connector/wire/wire.ts'
import type { Exchange } from '#domain/configuration/snapshot.ts'
import { constant } from '#dropcopy/constant.ts'
import {
  type Dc4Target,
  type Dc4Terms,
  dc4CopyGrowth,
  dc4DataLength,
  dc4DataLimit,
  dc4Target,
  writeDc4Copy,
} from '#dropcopy/dc4-copy.ts'
import type { SourceMessage } from '#dropcopy/source-message.ts'
import { lastProcessed } from '#fix/session.ts'
import type { Session } from '#fix/session-state.ts'
import type { Copying, CopySource, CopyTerms } from './copying.ts'

// One object serves all copies: nothing interrupts the writing of a copy.
const terms: Dc4Terms = {
  targetSeqNum: 0,
  lastProcessed: 0,
  possResend: false,
  sendingTime: constant(''),
  origSendingTime: undefined,
}

/**
 * Drop Copy 4.0: the whole source message in an envelope. 57, 143 and 369 of the envelope are those of the present
 * logon, also in a resend (spec §2.3, §5). There is no chain: loss shows in the numbers, which go on without a client.
 */
export class Dc4Copying implements Copying {
  readonly numbersAlways = true
  private subId: string | undefined
  private locationId: string | undefined
  private target: Dc4Target

  constructor(
    private readonly exchange: Exchange,
    private readonly sessionId: string,
    private readonly session: () => Session,
    /** Called when a copy is longer than documented; the copy is delivered all the same. */
    private readonly onOversize: (bytes: number) => void,
  ) {
    this.target = dc4Target(exchange, sessionId, {})
  }

  previous(): number {
    return 0
  }

  write(wire: Wire, source: SourceMessage, _from: CopySource, of: CopyTerms): void {
    const session = this.session()
    if (session.peerSubId !== this.subId || session.peerLocationId !== this.locationId) this.learn(session)
    terms.targetSeqNum = of.targetSeqNum
    terms.lastProcessed = lastProcessed(session)
    terms.possResend = of.possResend
    terms.sendingTime = of.sendingTime
    terms.origSendingTime = of.origSendingTime
    const bytes = dc4DataLength(source)
    if (bytes > dc4DataLimit) this.onOversize(bytes)
    const at = wire.room(source.bodyEnd - source.start + dc4CopyGrowth(this.target))
    wire.written(writeDc4Copy(wire.memory.view, at, this.target, source, terms))
  }

  restart(): void {}

  private learn({ peerSubId, peerLocationId }: Session): void {
    this.subId = peerSubId
    this.locationId = peerLocationId
    this.target = dc4Target(this.exchange, this.sessionId, { subId: peerSubId, locationId: peerLocationId })
  }
}
