import { closeSync, existsSync, renameSync, rmSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type FilePort, isNoRoom, PIECE_BYTES, syncDirectory } from './files.ts'
import type { Segments } from './segments.ts'

const PACE_MS = 40
const RETRY_MS = 500

interface AllocatorOptions {
  segmentBytes: number
  reserveBytes: number
  files: FilePort
  /** Part of the open segment in use, 0 to 1: zeroing stays ahead of it. */
  used(): number
  onPressure(full: boolean): void
  onFailure(error: Error): void
}

/** The segment file to go on with. */
interface Allocation {
  base: number
  fd: number
  bytes: number
  /** The file was the reserve: only session records and deliveries may go in. */
  isReserve: boolean
}

interface Ready {
  base: number
  fd: number
  /** The file's name survives a power failure. */
  isNamed: boolean
}

/**
 * Makes the next segment ahead of need, and the reserve: files full of zeros, so that a commit only overwrites. Zeroing
 * goes piece by piece, in step with the use of the open segment: unpaced, it multiplied the latency of commits.
 *
 * A file gets its name when it is complete. Then only the call that needs the file gone truncates or removes it: a
 * segment may be in use right after work on another file of its name was given up.
 */
export class Allocator {
  isFull = false
  private isBlocked = false
  private readonly reservePath: string
  /** The file being made; one at a time. */
  private readonly makingPath: string
  private ready: Ready | undefined
  private base = 0
  private running: Promise<void> = Promise.resolve()
  private readonly stopping = new AbortController()
  /** Grows with each take: work begun for an earlier take is abandoned. */
  private generation = 0

  constructor(
    private readonly segments: Segments,
    private readonly options: AllocatorOptions,
  ) {
    this.reservePath = join(segments.dir, 'reserve')
    this.makingPath = join(segments.dir, 'zeros.part')
  }

  /** The next segment will begin at `base`, or where the adopted one does. */
  prepare(base: number): void {
    if (!this.ready) this.base = base
    this.generation++
    if (this.isBlocked) return
    const { generation } = this
    // one after the other: no late piece of zeros may land in a file that is already in use
    this.running = this.running.then(() => this.work(generation))
  }

  /** Takes a file made ahead by an earlier run, still all zeros, as the next segment. */
  adopt(base: number): void {
    this.base = base
    this.ready = { base, fd: this.segments.openForWrite(this.segments.path(base), false), isNamed: true }
  }

  get hasReady(): boolean {
    return this.ready?.base === this.base
  }

  /** The next segment: the one made ahead; or else the reserve when the disk is full; or else a file without blocks. */
  take(): Allocation {
    const { base, ready } = this
    this.generation++
    if (ready?.base === base) {
      this.ready = undefined
      if (!ready.isNamed) this.segments.syncEntries()
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

  /**
   * A write found the disk full although its segment exists: give the reserve's room to the disk.
   * After the write went through: make a reserve again.
   */
  writeBlocked(isBlocked: boolean): void {
    this.isBlocked = isBlocked
    if (!isBlocked) {
      this.prepare(this.base)
      return
    }
    this.generation++
    this.setFull(true)
    rmSync(this.reservePath, { force: true })
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
          if (generation !== this.generation) return
          this.setFull(true)
          await this.pause(RETRY_MS)
        }
      }
    } catch (cause) {
      this.options.onFailure(new Error('the journal cannot make its next segment', { cause }))
    }
  }

  private async makeNext(generation: number): Promise<void> {
    const { base } = this
    const ready = { base, fd: -1, isNamed: false }
    await this.make(this.options.segmentBytes, generation, (fd) => {
      renameSync(this.makingPath, this.segments.path(base))
      this.ready = Object.assign(ready, { fd })
    })
    await syncDirectory(this.segments.dir)
    ready.isNamed = true
  }

  private async makeReserve(generation: number): Promise<void> {
    await this.make(this.options.reserveBytes, generation, (fd) => {
      renameSync(this.makingPath, this.reservePath)
      closeSync(fd)
    })
  }

  /**
   * Makes a file of zeros for `use`, while its turn still wants the file. A file that is no longer wanted, or found no
   * room, leaves nothing behind.
   */
  private async make(bytes: number, generation: number, use: (fd: number) => void): Promise<void> {
    const fd = this.segments.openForWrite(this.makingPath, true)
    let isUsed = false
    try {
      for (let at = 0; at < bytes && generation === this.generation; at += PIECE_BYTES) {
        await this.options.files.zero(fd, Math.min(PIECE_BYTES, bytes - at), at)
        const isAhead = this.options.used() < (0.8 * at) / bytes
        if (isAhead && at + PIECE_BYTES < bytes) await this.pause(PACE_MS)
      }
      if (generation !== this.generation) return
      use(fd)
      isUsed = true
    } finally {
      if (!isUsed) {
        closeSync(fd)
        await rm(this.makingPath, { force: true })
      }
    }
  }

  private pause(ms: number): Promise<void> {
    return wait(ms, undefined, { signal: this.stopping.signal }).catch(() => {})
  }
}
