import { type Granted, inProgress, readAck, readReport, requestType } from '#dropcopy/application-resend.ts'
import type { Field } from '#fix/encode.ts'
import type { Message } from '#fix/message.ts'
import { MsgType, Tag } from '#fix/tags.ts'
import type { Hole, Receipts } from './receipts.ts'

/**
 * Which holes in the chain of 1350 are asked for by Application Resend: all of them; those found after a Gap Fill,
 * which may have replaced copies (spec §7); none.
 */
export type ApplicationResendMode = 'holes' | 'gap-fills' | 'never'

/** A request that is under way. `end`: as granted, 0 until the answer has come. */
type Open = { id: string; sourceId: string; hole: Hole; end: number }

const askAgainMs = 250

/** Asks for what is missing of each source, one request at a time (spec §6). */
export class ApplicationRecovery {
  /** Requests that were granted. */
  granted = 0
  private asked = 0
  private open: Open | undefined
  private gapFilled = false
  private live = false
  private timer: NodeJS.Timeout | undefined

  constructor(
    private readonly receipts: Receipts,
    private readonly mode: ApplicationResendMode,
    private readonly send: (msgType: string, body: readonly Field[]) => void,
    private readonly tell: (event: 'application-resend' | 'lost', text: string) => void,
  ) {}

  /** A request is under way, or will be soon. */
  get isBusy(): boolean {
    return this.live && (this.open !== undefined || this.next() !== undefined)
  }

  loggedOn(): void {
    this.live = true
    this.look()
  }

  /** The open request ended with the connection; the next connection asks again. */
  closed(): void {
    this.live = this.gapFilled = false
    this.open = undefined
    clearTimeout(this.timer)
  }

  noteGapFill(): void {
    this.gapFilled = true
  }

  /** Call when a copy may have shown a hole. The hole is asked for after what the session is doing at the moment. */
  look(): void {
    if (this.mode !== 'never' && this.live && !this.open) queueMicrotask(() => this.ask())
  }

  /** Takes BX and BY. False: the message is neither, or does not answer a request of ours. */
  take(message: Message): boolean {
    if (message.msgType === MsgType.ApplicationMessageRequestAck) return this.answered(message)
    if (message.msgType === MsgType.ApplicationMessageReport) return this.reported(message)
    return false
  }

  private next(): { sourceId: string; hole: Hole } | undefined {
    if (this.mode === 'never' || (this.mode === 'gap-fills' && !this.gapFilled)) return undefined
    for (const [sourceId, { holes }] of this.receipts.sources) if (holes[0]) return { sourceId, hole: holes[0] }
    return undefined
  }

  private ask(): void {
    const next = this.live && !this.open ? this.next() : undefined
    if (!next) return
    const { sourceId, hole } = next
    const id = `${++this.asked}`
    this.open = { id, sourceId, hole, end: 0 }
    this.tell('application-resend', `${sourceId} ${hole.from} to ${hole.to}`)
    this.send(MsgType.ApplicationMessageRequest, [
      [Tag.ApplReqID, id],
      [Tag.ApplReqType, requestType.resend],
      [Tag.NoApplIDs, 1],
      [Tag.RefApplID, sourceId.slice(0, 3)],
      [Tag.ApplBegSeqNum, hole.from],
      [Tag.ApplEndSeqNum, hole.to],
    ])
  }

  private answered(message: Message): boolean {
    const ack = readAck(message)
    const { open } = this
    if (!ack || !open || ack.id !== open.id) return false
    const entry: Granted | undefined = ack.entries[0]
    if (ack.response === 0 && entry) {
      open.end = entry.end
      this.granted++
      return true
    }
    this.open = undefined
    if (ack.text === inProgress) this.timer = setTimeout(() => this.ask(), askAgainMs)
    else {
      this.giveUp(open, ack.text)
      this.look()
    }
    return true
  }

  /** The end of what was granted: the end of the hole, or of its first 2,501 numbers. */
  private reported(message: Message): boolean {
    const report = readReport(message)
    const { open } = this
    if (!report || !open || open.end === 0 || !open.sourceId.startsWith(report.applId)) return false
    this.open = undefined
    const { hole, sourceId } = open
    if (open.end < hole.to) hole.from = open.end + 1
    else if (!this.receipts.close(sourceId, hole)) this.giveUp(open, 'it was not among what came')
    this.look()
    return true
  }

  private giveUp({ sourceId, hole }: Open, why: string): void {
    this.receipts.forget(sourceId, hole)
    this.tell('lost', `${sourceId} ${hole.from} to ${hole.to} will not come: ${why}`)
  }
}
