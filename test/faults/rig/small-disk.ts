import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { usedBytes } from './bounded-write.mjs'

const PIECE = 1 << 20
const zeros = Buffer.alloc(PIECE)

/**
 * Mounts, says so, and unmounts when its input ends, even when the process at the other end was killed. In a namespace
 * of its own, the mount ends with the namespace.
 */
const script = `trap '' INT TERM HUP
mount -t tmpfs -o size="$2",mode=700 tmpfs "$1" && echo mounted && { cat >/dev/null; umount -l "$1"; }`

export type Way = 'mounted' | 'in a namespace' | 'bounded'

/** A disk of exactly so many bytes, for one data directory and a file that takes the room. */
export class SmallDisk {
  private constructor(
    readonly bytes: number,
    readonly way: Way,
    private readonly mountPoint: string,
    private readonly holder: ChildProcess | undefined,
  ) {}

  /** The first of these ways that the machine allows; the last one is always allowed. */
  static async make(bytes: number, ways: readonly Way[] = ['mounted', 'in a namespace']): Promise<SmallDisk> {
    const dir = mkdtempSync(join(tmpdir(), 'small-disk-'))
    mkdirSync(join(dir, 'data', 'journal'), { recursive: true }) // real paths of what is mounted elsewhere lead here
    for (const way of ways) {
      const holder = way === 'bounded' ? undefined : await mounted(dir, bytes, way)
      if (holder) return new SmallDisk(bytes, way, dir, holder)
    }
    return new SmallDisk(bytes, 'bounded', dir, undefined)
  }

  /** The data directory, as the program behind `launcher` names it. */
  get data(): string {
    return join(this.mountPoint, 'data')
  }

  /** The disk as this process names it. */
  get here(): string {
    return this.way === 'in a namespace' ? `/proc/${this.holder?.pid}/root${this.mountPoint}` : this.mountPoint
  }

  /** The launcher through which a program sees the disk. */
  get launcher(): string[] {
    if (this.way !== 'in a namespace') return []
    return ['nsenter', '-t', `${this.holder?.pid}`, '-U', '-m', '-w', '--preserve-credentials']
  }

  /** Free bytes. */
  get room(): number {
    if (this.way === 'bounded') return Math.max(0, this.bytes - usedBytes(this.mountPoint))
    const { bavail, bsize } = statfsSync(this.here)
    return bavail * bsize
  }

  /** A filler takes all room but so many bytes. */
  fill(leave: number): void {
    const fd = openSync(this.filler, 'a', 0o600)
    try {
      for (let left = this.room - leave; left > 0; left = this.room - leave)
        writeSync(fd, zeros, 0, Math.min(left, PIECE))
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error // others took the rest
    } finally {
      closeSync(fd)
    }
  }

  /** Removes the filler. */
  clear(): void {
    rmSync(this.filler, { force: true })
  }

  async dispose(): Promise<void> {
    const { holder, mountPoint } = this
    if (holder) {
      const ended = new Promise((resolve) => holder.once('exit', resolve))
      holder.stdin?.end()
      await ended
    }
    await rm(mountPoint, { recursive: true, force: true })
  }

  private get filler(): string {
    return join(this.here, 'filler')
  }
}

/** The process that holds the mount; undefined: the machine does not allow it. */
async function mounted(dir: string, bytes: number, way: Way): Promise<ChildProcess | undefined> {
  const command = ['sh', '-c', script, 'sh', dir, `${bytes}`]
  const [program = '', ...args] = way === 'mounted' ? command : ['unshare', '-rm', ...command]
  const holder = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'] })
  const isMounted = await new Promise<boolean>((resolve) => {
    holder.stdout?.once('data', () => resolve(true))
    holder.once('exit', () => resolve(false))
    holder.once('error', () => resolve(false)) // the machine has no such program
  })
  if (!isMounted) return undefined
  const letGo = () => holder.stdin?.destroy()
  process.once('exit', letGo)
  holder.once('exit', () => process.off('exit', letGo))
  if (way === 'mounted' || existsSync(`/proc/${holder.pid}/root${dir}`)) return holder
  holder.stdin?.end()
  return undefined
}
