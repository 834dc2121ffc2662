import { setTimeout as sleep } from 'node:timers/promises'
import type { Message } from '#fix/message.ts'
import { MsgType, Tag } from '#fix/tags.ts'
import { steadyNowMs } from '#peer/fix-peer.ts'

/** How often to look, and how long after an answer to ask the peer again. */
const lookMs = 20
const askAgainMs = 500

/** What has to be known of the session while waiting for acknowledgments. */
export interface AcknowledgedHost {
  readonly live: boolean
  /** A Resend Request of the peer is being served: it lacks messages. */
  readonly isResending: boolean
  /** Everything that should be sent was sent once. */
  readonly isSent: boolean
  /** The number of the last application message; 0: none. */
  readonly lastNumber: number
  /** Send a Test Request; answers its number. */
  test(id: string): number
}

/**
 * How far the peer has taken what we sent, according to the LastMsgSeqNumProcessed(369) of each of its messages or,
 * where it writes none, to its answer to a Test Request.
 */
export class Acknowledged {
  /** The last number of ours that the peer has processed. */
  upTo = 0
  private asked: { id: string; number: number; isAnswered: boolean; atMs: number } | undefined

  constructor(private readonly host: AcknowledgedHost) {}

  /** Takes a message of the peer, before the session judges it. */
  heard(message: Message): void {
    if (message.isGarbled || message.possDup) return
    const { asked } = this
    const isAnswer = asked !== undefined && message.msgType === MsgType.Heartbeat && message.is(Tag.TestReqID, asked.id)
    const processed = message.int(Tag.LastMsgSeqNumProcessed)
    if (processed !== undefined) this.upTo = processed
    else if (isAnswer && !this.host.isResending) this.upTo = asked.number
    if (isAnswer) asked.isAnswered = true
  }

  /** The numbers start again. */
  reset(): void {
    this.upTo = 0
    this.asked = undefined
  }

  /** The connection is gone, and with it the question that was asked. */
  closed(): void {
    this.asked = undefined
  }

  /**
   * Wait until everything was sent and the peer has taken it. False: `isOver`, or for `patienceMs` the peer was away,
   * or took nothing more after everything was sent.
   */
  async wait(patienceMs: number, isOver: () => boolean): Promise<boolean> {
    let before = -1
    for (let sinceMs = steadyNowMs(); ; await sleep(lookMs)) {
      const { live, isSent, lastNumber } = this.host
      if (isSent && this.upTo >= lastNumber) return true
      if (isOver()) return false
      if ((live && !isSent) || this.upTo !== before) sinceMs = steadyNowMs()
      before = this.upTo
      if (steadyNowMs() - sinceMs > patienceMs) return false
      if (live && isSent) this.ask()
    }
  }

  private ask(): void {
    const { asked } = this
    if (asked && !(asked.isAnswered && steadyNowMs() - asked.atMs > askAgainMs)) return
    const id = `TAKEN-${steadyNowMs()}`
    this.asked = { id, number: 0, isAnswered: false, atMs: steadyNowMs() }
    this.asked.number = this.host.test(id)
  }
}
