import { closeSync, existsSync, renameSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type FilePort, isNoRoom, PIECE_BYTES, syncDirectory } from './files.ts'
import type { Segments } from './segments.ts'

const PACE_MS = 40
const RETRY_MS = 500

export interface AllocatorOptions {
  segmentBytes: number
  reserveBytes: number
  files: FilePort
  /** Part of the open segment in use, 0 to 1: the zeroing keeps ahead of it. */
  used(): number
  onPressure(full: boolean): void
  onFailure(error: Error): void
}

/** A segment file to go on with. */
export interface Allocation {
  base: number
  fd: number
  bytes: number
  /** It was the reserve: only session records and deliveries may go in. */
  isReserve: boolean
}

/**
 * Makes the next segment ahead of need, and the reserve: files full of zeros, so that a commit only overwrites. Zeroing goes a piece at
 * a time, in step with the use of the open segment, since unpaced it multiplied the latency of commits.
 */
export class Allocator {
  isFull = false
  private isBlocked = false
  private readonly reservePath: string
  private ready: { base: number; fd: number } | undefined
  private base = 0
  private running: Promise<void> = Promise.resolve()
  private readonly stopping = new AbortController()
  /** Grows with each take: work begun for an earlier one is abandoned. */
  private generation = 0

  constructor(
    private readonly segments: Segments,
    private readonly options: AllocatorOptions,
  ) {
    this.reservePath = join(segments.dir, 'reserve')
  }

  /** From now on the next segment will begin at `base`, or where the one adopted does. */
  prepare(base: number): void {
    if (!this.ready) this.base = base
    this.generation++
    if (this.isBlocked) return
    const { generation } = this
    // one after the other: no late piece of zeros may land in a file that is in use by then
    this.running = this.running.then(() => this.work(generation))
  }

  /** A file made ahead by an earlier run, still all zeros, is the next segment. */
  adopt(base: number): void {
    this.base = base
    this.ready = { base, fd: this.segments.openForWrite(this.segments.path(base), false) }
  }

  get hasReady(): boolean {
    return this.ready?.base === this.base
  }

  /** The next segment: the one made ahead, else the reserve when the disk is full, else one without blocks behind it. */
  take(): Allocation {
    const { base, ready } = this
    this.generation++
    if (ready?.base === base) {
      this.ready = undefined
      return { base, fd: ready.fd, bytes: this.options.segmentBytes, isReserve: false }
    }
    if (this.isFull && existsSync(this.reservePath)) {
      const bytes = statSync(this.reservePath).size
      renameSync(this.reservePath, this.segments.path(base))
      this.segments.syncEntries()
      return { base, fd: this.segments.openForWrite(this.segments.path(base), false), bytes, isReserve: true }
    }
    const bytes = this.options.segmentBytes
    return { base, fd: this.segments.createSparse(base, bytes), bytes, isReserve: false }
  }

  /** A write found the disk full though its segment was there: give the reserve's room to it. Then: it went through, make a reserve again. */
  async writeBlocked(isBlocked: boolean): Promise<void> {
    this.isBlocked = isBlocked
    if (!isBlocked) return this.prepare(this.base)
    this.generation++
    this.setFull(true)
    await rm(this.reservePath, { force: true })
  }

  async close(): Promise<void> {
    this.generation++
    this.stopping.abort()
    await this.running
    if (this.ready) closeSync(this.ready.fd)
  }

  private setFull(isFull: boolean): void {
    if (this.isFull === isFull) return
    this.isFull = isFull
    this.options.onPressure(isFull)
  }

  private async work(generation: number): Promise<void> {
    try {
      while (generation === this.generation) {
        try {
          if (!this.hasReady) await this.makeNext(generation)
          if (!existsSync(this.reservePath)) await this.makeReserve(generation)
          if (generation === this.generation) this.setFull(false)
          return
        } catch (error) {
          if (!isNoRoom(error)) throw error
          if (generation === this.generation) this.setFull(true)
          await this.pause(RETRY_MS)
        }
      }
    } catch (cause) {
      this.options.onFailure(new Error('the journal cannot make its next segment', { cause }))
    }
  }

  private async makeNext(generation: number): Promise<void> {
    const { base } = this
    const path = this.segments.path(base)
    const fd = await this.zeroed(path, this.options.segmentBytes, generation)
    if (fd === undefined) return
    this.ready = { base, fd }
  }

  private async makeReserve(generation: number): Promise<void> {
    const making = `${this.reservePath}.part`
    const fd = await this.zeroed(making, this.options.reserveBytes, generation)
    if (fd === undefined) return
    closeSync(fd)
    renameSync(making, this.reservePath)
  }

  /** An open file of zeros, or undefined when it is no longer wanted: then it is gone, unless another has its name already. */
  private async zeroed(path: string, bytes: number, generation: number): Promise<number | undefined> {
    const fd = this.segments.openForWrite(path, true)
    try {
      for (let at = 0; at < bytes && generation === this.generation; at += PIECE_BYTES) {
        await this.options.files.zero(fd, Math.min(PIECE_BYTES, bytes - at), at)
        const isAhead = this.options.used() < (0.8 * at) / bytes
        if (isAhead && at + PIECE_BYTES < bytes) await this.pause(PACE_MS)
      }
      if (generation === this.generation) {
        await syncDirectory(this.segments.dir)
        if (generation === this.generation) return fd
      }
      closeSync(fd)
      return undefined
    } catch (error) {
      closeSync(fd)
      if (generation !== this.generation) return undefined
      await rm(path, { force: true })
      throw error
    }
  }

  private pause(ms: number): Promise<void> {
    return wait(ms, undefined, { signal: this.stopping.signal }).catch(() => {})
  }
}
