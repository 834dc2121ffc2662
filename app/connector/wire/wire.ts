import { type Memory, memoryOf, noMemory } from '#fix/memory.ts'
import type { Transport } from './transport.ts'

/** Bytes waiting in all sockets together, and how many may wait. */
export type Budget = { queued: number; perSocket: number; inAll: number }

export const defaultBudget = (): Budget => ({ queued: 0, perSocket: 256 * 1024, inAll: 32 * 1024 * 1024 })

type Chunk = { memory: Memory; length: number }
/** What leaves together when its batch is durable. */
type Sealed = { batch: number; chunks: Chunk[]; close: boolean }

/** Bytes of one connection that may wait for the disk before copies wait too. */
const mostUnsynced = 2 * 1024 * 1024
/**
 * Bytes sent again that may wait before a live copy: the live p99 about doubles meanwhile. With 256 KB it triples and a
 * resend is half as fast again; with 32 KB Application Resend falls below 100,000 copies a second.
 */
const spare = 48 * 1024
/**
 * The same limit for copies that waited: low at first, raised with every chunk that is taken, so that a client that
 * comes and goes costs little.
 */
const firstUnsynced = 64 * 1024

const smallest = 4 * 1024
const largest = 64 * 1024
const free: Memory[][] = [[], [], [], [], []]
const keptPerSize = 256

/** After the last bytes and our half of the close: how long the peer has to close its half. */
const lingerMs = 5_000

/**
 * The way out of one connection. Frames are written into its open chunks, and leave in order and as one write when the
 * batch that holds their records is durable.
 */
export class Wire {
  /** Where to write: `room` has made room there. */
  memory: Memory = noMemory
  /** Bytes written here that the kernel has not taken yet, durable or not. */
  queued = 0
  /** How many of them have been handed to the socket. */
  private inSocket = 0
  private unsyncedLimit = firstUnsynced
  private at = 0
  private size = smallest
  private chunks: Chunk[] = []
  private sealed: Sealed[] = []
  private closing = false
  private gone = false

  constructor(
    private readonly transport: Transport,
    private readonly budget: Budget,
    /** The kernel took bytes: there may be room again. */
    private readonly onDrain: () => void,
  ) {
    transport.setNoDelay()
  }

  get isOpen(): boolean {
    return !this.closing && !this.gone
  }

  /**
   * Whether copies may be written; administrative messages always may. The limit is on what the peer has not read. What
   * waits for the disk is limited by the disk's own pace, and here.
   */
  get hasRoom(): boolean {
    return this.hasRoomFor(mostUnsynced)
  }

  /** The same for copies that waited. */
  get hasRoomToCatchUp(): boolean {
    return this.hasRoomFor(this.unsyncedLimit)
  }

  /** Whether a client that was left behind for want of room can now get further than a few copies. */
  get hasRoomAgain(): boolean {
    return this.hasRoomFor(this.unsyncedLimit, 0.5, 0.875)
  }

  private hasRoomFor(unsynced: number, ofOne = 1, ofAll = 1): boolean {
    const { budget, inSocket, queued } = this
    const isInBounds = inSocket < budget.perSocket * ofOne && queued - inSocket < unsynced * ofOne
    return this.isOpen && isInBounds && budget.queued < budget.inAll * ofAll
  }

  /** The same for what is sent again: it need not wait for anything, and must not keep an answer waiting. */
  get hasRoomToSpare(): boolean {
    const { budget, queued } = this
    return this.isOpen && queued < Math.min(spare, budget.perSocket) && budget.queued < budget.inAll
  }

  /** What was written since the last sending fills a chunk. */
  get hasFullChunk(): boolean {
    return this.chunks.length > 0
  }

  /** Makes room for `bytes` more in `memory`; answers where. */
  room(bytes: number): number {
    if (this.memory.bytes.length - this.at < bytes) {
      this.put()
      this.size = this.chunks.length === 0 ? this.size : Math.min(this.size * 2, largest)
      this.memory = take(Math.max(this.size, bytes))
      this.at = 0
    }
    return this.at
  }

  /** The frame begun where `room` said ends here. */
  written(end: number): void {
    const bytes = end - this.at
    this.at = end
    this.queued += bytes
    this.budget.queued += bytes
  }

  frame(bytes: Uint8Array): void {
    const at = this.room(bytes.length)
    this.memory.bytes.set(bytes, at)
    this.written(at + bytes.length)
  }

  /** Closes when everything written so far has left. */
  close(): void {
    this.closing = true
  }

  /** Assigns what was written until now to this batch. False: there was nothing. */
  seal(batch: number): boolean {
    this.put()
    if (this.chunks.length === 0 && !(this.closing && !this.sealed.at(-1)?.close)) return false
    this.sealed.push({ batch, chunks: this.chunks, close: this.closing })
    this.chunks = []
    return true
  }

  /** This batch and those before it are durable. */
  release(batch: number): void {
    while (this.sealed.length > 0 && this.sealed[0]!.batch <= batch) {
      const { chunks, close } = this.sealed.shift()! // the loop's condition
      if (this.gone) this.drop(chunks)
      else this.write(chunks, close)
    }
  }

  /** The connection is gone: what was not written never will be. */
  lost(): void {
    if (this.gone) return
    this.gone = true
    this.put()
    for (const { chunks } of this.sealed) this.drop(chunks)
    this.drop(this.chunks)
    this.sealed = []
    this.chunks = []
    this.transport.destroy()
  }

  private write(chunks: readonly Chunk[], close: boolean): void {
    const { transport } = this
    if (chunks.length > 1) transport.cork()
    for (const chunk of chunks) this.inSocket += chunk.length
    for (const chunk of chunks) transport.write(chunk.memory.bytes.subarray(0, chunk.length), () => this.taken(chunk))
    if (chunks.length > 1) transport.uncork()
    if (close) {
      transport.end()
      setTimeout(() => transport.destroy(), lingerMs).unref()
    }
  }

  private taken(chunk: Chunk): void {
    this.inSocket -= chunk.length
    this.unsyncedLimit = Math.min(mostUnsynced, this.unsyncedLimit + chunk.length)
    this.drop([chunk])
    if (!this.gone) this.onDrain()
  }

  private drop(chunks: readonly Chunk[]): void {
    for (const { memory, length } of chunks) {
      this.queued -= length
      this.budget.queued -= length
      give(memory)
    }
  }

  private put(): void {
    if (this.at > 0) this.chunks.push({ memory: this.memory, length: this.at })
    else if (this.memory !== noMemory) give(this.memory)
    this.memory = noMemory
    this.at = 0
  }
}

const sizeClass = (bytes: number): number => Math.log2(bytes / smallest)

function take(bytes: number): Memory {
  if (bytes > largest) return memoryOf(Buffer.allocUnsafeSlow(bytes))
  let size = smallest
  while (size < bytes) size *= 2
  // every size class has its list
  return free[sizeClass(size)]!.pop() ?? memoryOf(Buffer.allocUnsafeSlow(size))
}

function give(memory: Memory): void {
  const { length } = memory.bytes
  if (length > largest) return
  const list = free[sizeClass(length)]
  if (list && list.length < keptPerSize) list.push(memory)
}
