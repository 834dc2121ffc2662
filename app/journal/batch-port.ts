/**
 * A batch as it was sealed: all its bytes, header, crc and trailer included, exactly as they are written to the segment
 * file. One object and one memory serve all batches: fields and bytes hold during `send` alone, since the memory is
 * used again for later batches. Whoever needs them longer copies them.
 */
export interface SealedBatch {
  /** Its number. */
  batch: number
  crc: number
  /** Position of its first byte. */
  position: number
  /** Base of the segment that it stands in, whose first batch has the same position. */
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
 * here and the port has acknowledged it. The disk does not wait for the port, nor the port for the disk.
 */
export interface BatchPort {
  /**
   * Asked once, before the first `send`. To be called from the event loop when `acknowledged` has grown, never inside
   * `send`.
   */
  listen(onAcknowledged: () => void): void
  /** In order, each batch once, and none is left out. Never waits and never throws. */
  send(batch: Readonly<SealedBatch>): void
  /** The newest batch that may leave as far as the port is concerned. */
  readonly acknowledged: number
  /** Nothing more is sent. */
  close(): Promise<void>
}

/** The port of a journal that has no copy: every batch is acknowledged before it is sent. */
export const noCopy: BatchPort = {
  listen() {},
  send() {},
  acknowledged: Number.POSITIVE_INFINITY,
  async close() {},
}
