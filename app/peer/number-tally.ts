const block = 4096

/**
 * A 32-bit value for each of many sequence numbers, four bytes each, wherever they begin. Absent is 0. With a limit,
 * only about that many of the newest numbers keep their values, so that a long run's memory stays bounded.
 */
export class NumberTally {
  private values = new Int32Array(0)
  /** The sequence number of `values[0]`, a multiple of `block`. */
  private base = 0
  private readonly limit: number
  /** How many sequence numbers were given a value, including those forgotten since. */
  size = 0
  lowest = 0
  highest = 0

  constructor(limit = Number.POSITIVE_INFINITY) {
    this.limit = Math.max(2 * block, limit)
  }

  get(seqNum: number): number {
    return this.values[seqNum - this.base] ?? 0
  }

  set(seqNum: number, value: number): void {
    if (!this.reach(seqNum)) return
    const index = seqNum - this.base
    const before = this.values[index] ?? 0
    this.values[index] = value
    if ((before === 0) === (value === 0)) return
    this.size += before === 0 ? 1 : -1
    if (before !== 0) return
    if (this.size === 1) this.lowest = this.highest = seqNum
    this.lowest = Math.min(this.lowest, seqNum)
    this.highest = Math.max(this.highest, seqNum)
  }

  /** Add one; answers the new count. */
  count(seqNum: number): number {
    const next = this.get(seqNum) + 1
    this.set(seqNum, next)
    return next
  }

  /** In ascending order. */
  *entries(from = 0): Generator<[seqNum: number, value: number]> {
    for (let seqNum = Math.max(this.base, this.lowest, from); this.size > 0 && seqNum <= this.highest; seqNum++) {
      const value = this.get(seqNum)
      if (value !== 0) yield [seqNum, value]
    }
  }

  /** [first, last, value] of each run of equal values without a hole, from `from` on: the form that files keep. */
  runs(from = 0): [first: number, last: number, value: number][] {
    const runs: [number, number, number][] = []
    for (const [seqNum, value] of this.entries(from)) {
      const last = runs.at(-1)
      if (last && last[1] === seqNum - 1 && last[2] === value) last[1] = seqNum
      else runs.push([seqNum, seqNum, value])
    }
    return runs
  }

  static fromRuns(runs: readonly (readonly [number, number, number])[]): NumberTally {
    const tally = new NumberTally()
    for (const [first, last, value] of runs) for (let n = first; n <= last; n++) tally.set(n, value)
    return tally
  }

  /** Makes room for a number; false: the number is too far below what is still kept. */
  private reach(seqNum: number): boolean {
    const start = seqNum - (seqNum % block)
    if (this.values.length === 0) {
      this.base = start
      this.values = new Int32Array(block)
    } else if (seqNum < this.base) {
      const length = this.values.length + this.base - start
      if (length > this.limit) return false
      const wider = new Int32Array(length)
      wider.set(this.values, this.base - start)
      this.base = start
      this.values = wider
    } else if (seqNum >= this.base + this.values.length) {
      if (start + block - this.base > this.limit) this.forgetBelow(start + block - this.limit / 2)
      const wider = new Int32Array(Math.max(this.values.length * 2, start + block - this.base))
      wider.set(this.values)
      this.values = wider
    }
    return true
  }

  private forgetBelow(seqNum: number): void {
    const base = seqNum - (seqNum % block)
    this.values = this.values.slice(base - this.base)
    this.base = base
  }
}
