import type { Memory } from './layout.ts'
import type { MessageFields } from './records.ts'

/** What feeds and targets write with: append to the open batch, commit the batch, and wait until it is durable. */
export interface JournalAppend {
  /** Number of the open batch: what is appended now is durable when `onDurable` names it or a later one. */
  readonly batch: number
  /** The newest durable batch: on the disk and, with a port, acknowledged. What waits for it may leave. */
  readonly durableBatch: number

  /**
   * Append M with the canonical bytes `bytes[start, end)`, copied. Returns its position. @throws when the reserve is in
   * use (feeds should have paused).
   */
  appendMessage(fields: Readonly<MessageFields>, bytes: Uint8Array, start: number, end: number): number
  /**
   * The same without a copy: answers where in `memory` to write at most `maxBytes` canonical bytes; then call
   * `messageWritten` before any other append.
   */
  messageRoom(maxBytes: number): number
  messageWritten(fields: Readonly<MessageFields>, length: number): number
  /** Memory that `messageRoom` points into. */
  readonly memory: Memory

  /** Begin D: copies of one target. Returns its position. Append nothing else before `endDelivery` ends it. */
  beginDelivery(target: number, epoch: number, kind: number, firstNumber: number, sendingTimeMs: number): number
  /** The next copy: the position of its M, and 1181 − 1350 (0: without 1350). At most 65,535 in one D. */
  addCopy(messagePosition: number, chainDistance: number): void
  endDelivery(): void

  /**
   * Append S: this session used this number. With bytes, `findDelivery` finds it. Sessions and targets share one id
   * space of 16 bits.
   */
  appendSession(
    session: number,
    epoch: number,
    number: number,
    msgType: number,
    bytes?: Uint8Array,
    start?: number,
    end?: number,
  ): number
  /** Append I: goes with the next batch; the caller need not commit for it. */
  appendInbound(session: number, next: number): number
  /** Append X: `kind` 0 to 255. */
  appendControl(kind: number, bytes: Uint8Array): number

  /**
   * Send what was appended to the disk: at once, or when the batch in flight is durable. Returns the batch to wait for;
   * with nothing appended, that is the last one sealed.
   */
  commit(): number
  /** Commit, and resolve when everything appended so far is durable. */
  flush(): Promise<void>
}
