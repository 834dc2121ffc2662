/**
 * A sealed batch: all its bytes, header, crc and trailer included, exactly as they are written to the segment file. One
 * object and one memory serve all batches: fields and bytes are valid only during `send`, since the memory is reused
 * for later batches. Copy what is needed longer.
 */
export interface SealedBatch {
  /** Its number. */
  batch: number
  crc: number
  /** Position of its first byte. */
  position: number
  /** Base of the batch's segment, which is the position of the segment's first batch. */
  base: number
  /** Size of that segment's file. */
  segmentBytes: number
  /** The batch is `bytes[start, end)`. */
  bytes: Buffer
  start: number
  end: number
}

/**
 * Where sealed batches go besides the disk. A batch is durable, and what waits for it may leave, when it is on the disk
 * here and the port has acknowledged it. Neither the disk nor the port waits for the other.
 */
export interface BatchPort {
  /**
   * Called once, before the first `send`. Call `onAcknowledged` from the event loop when `acknowledged` has grown,
   * never inside `send`.
   */
  listen(onAcknowledged: () => void): void
  /** Sends batches in order, each once, none left out. Never waits and never throws. */
  send(batch: Readonly<SealedBatch>): void
  /** The newest batch that the port allows to leave. */
  readonly acknowledged: number
  /** Sends nothing more. */
  close(): Promise<void>
}

/** The port of a journal that has no copy: every batch is acknowledged before it is sent. */
export const noCopy: BatchPort = {
  listen() {},
  send() {},
  acknowledged: Number.POSITIVE_INFINITY,
  async close() {},
}
