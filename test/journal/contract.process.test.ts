import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { disk, type FilePort } from '#journal/files.ts'
import type { Journal, JournalHooks } from '#journal/journal.ts'
import { openJournal } from '#journal/open-journal.ts'
import { MemoryDisk } from '#test/support/memory-disk.ts'
import { type MemoryJournal, openMemoryJournal } from '#test/support/memory-journal.ts'
import { journalContract } from './contract.ts'
import type { Subject } from './subject.ts'
import { small } from './support.ts'

/** A directory. A crash takes a copy of the files, as they are while no write ends. */
class DurableSubject implements Subject {
  private readonly root = mkdtempSync(join(tmpdir(), 'journal-contract-'))
  private lives = 0
  private readonly held = new Int32Array(new SharedArrayBuffer(4))
  private journal: Journal | undefined
  private readonly files: FilePort = {
    ...disk,
    writeModule: new URL('./held-write.mjs', import.meta.url).href,
    writeData: this.held,
  }

  async open(hooks: JournalHooks): Promise<Journal> {
    this.journal = await openJournal(this.dir, { ...small, files: this.files }, hooks)
    return this.journal
  }

  hold(): void {
    Atomics.store(this.held, 0, 1)
  }

  release(): void {
    Atomics.store(this.held, 0, 0)
    Atomics.notify(this.held, 0)
  }

  async crash(): Promise<void> {
    const from = this.dir
    this.lives++
    mkdirSync(this.dir)
    for (const name of readdirSync(from))
      if (/\.segment$|^reserve$/.test(name)) copyFileSync(join(from, name), join(this.dir, name))
    this.release()
    await this.journal?.close()
  }

  async end(): Promise<void> {
    rmSync(this.root, { recursive: true, force: true })
  }

  private get dir(): string {
    return join(this.root, `life-${this.lives}`)
  }
}

class MemorySubject implements Subject {
  private readonly disk = new MemoryDisk(small.segmentBytes)
  private journal: MemoryJournal | undefined
  private isHeld = false
  private readonly writes: (() => void)[] = []

  async open(hooks: JournalHooks): Promise<Journal> {
    const later = (endWrite: () => void) => {
      this.writes.push(endWrite)
      if (!this.isHeld) setImmediate(() => this.endOne())
    }
    const { batchBytes, ringBytes } = small
    this.journal = openMemoryJournal(this.disk, hooks, { later, batchBytes, ringBytes })
    return this.journal
  }

  hold(): void {
    this.isHeld = true
  }

  release(): void {
    this.isHeld = false
    for (const _ of this.writes) setImmediate(() => this.endOne())
  }

  async crash(): Promise<void> {
    this.journal?.crash()
    this.writes.length = 0
    this.isHeld = false
  }

  async end(): Promise<void> {}

  private endOne(): void {
    if (!this.isHeld) this.writes.shift()?.()
  }
}

journalContract('the journal on disk', () => new DurableSubject(), 8)
journalContract('the journal in memory', () => new MemorySubject(), 25)
