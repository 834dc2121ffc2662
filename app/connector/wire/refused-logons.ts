type RefusedLogon = {
  atMs: number
  kind: 'feed' | 'target'
  /** Undefined: the Logon named nobody known. */
  id: string | undefined
  /** SenderCompID(49) as sent. */
  claimed: string
  address: string
  code: string
  says: string
}

const kept = 200
/** Repetitions within this time are counted and reported with the next one. */
const repeatMs = 60_000
const repeatsKept = 1_000
/** How many Logons a minute that name nobody known are reported one by one. */
const unknownAMinute = 30

/**
 * The newest Logons that were turned away, kept until they are written down. A peer that tries without end is reported
 * once a minute.
 */
export class RefusedLogons {
  private list: RefusedLogon[] = []
  /** How many Logons came before the first of the list. */
  private gone = 0
  /** All refused Logons since the start. */
  count = 0
  /** By what makes two Logons the same: when one was reported, and how many were not reported since. */
  private readonly told = new Map<string, { atMs: number; more: number }>()
  private unknown = { sinceMs: 0, told: 0, more: 0 }

  /** False: the Logon is not reported by itself. */
  add(refused: Omit<RefusedLogon, 'atMs'>, atMs = Date.now()): boolean {
    this.count++
    const entry = { ...refused, claimed: refused.claimed.slice(0, 64), says: refused.says.slice(0, 500), atMs }
    const { kind, id, claimed, address, code } = entry
    const key = JSON.stringify([kind, id, claimed, address, code])
    const before = this.told.get(key)
    if (before && atMs - before.atMs < repeatMs) {
      before.more++
      return false
    }
    if (id === undefined && !this.mayTellUnknown(atMs)) return false
    const more = (before?.more ?? 0) + (id === undefined ? this.unknown.more : 0)
    if (id === undefined) this.unknown.more = 0
    this.remember(key, atMs)
    this.list.push(
      more === 0 ? entry : { ...entry, says: `${entry.says} ${more} more were refused since the last one.` },
    )
    if (this.list.length > kept) this.dropBefore(this.gone + 1)
    return true
  }

  get newest(): readonly RefusedLogon[] {
    return this.list
  }

  /** The count behind the newest, since the start. */
  get end(): number {
    return this.gone + this.list.length
  }

  /** Drops the Logons that were in the list when `end` had this value; newer ones may have pushed some of them out. */
  dropBefore(end: number): void {
    const count = Math.max(0, end - this.gone)
    this.list.splice(0, count)
    this.gone += count
  }

  private mayTellUnknown(atMs: number): boolean {
    const { unknown } = this
    if (atMs - unknown.sinceMs >= repeatMs) this.unknown = { sinceMs: atMs, told: 0, more: unknown.more }
    if (this.unknown.told < unknownAMinute) {
      this.unknown.told++
      return true
    }
    this.unknown.more++
    return false
  }

  private remember(key: string, atMs: number): void {
    this.told.delete(key)
    this.told.set(key, { atMs, more: 0 })
    const [oldest] = this.told.keys()
    if (this.told.size > repeatsKept && oldest !== undefined) this.told.delete(oldest)
  }
}
