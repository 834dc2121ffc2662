const block = 4096

/** A 32-bit value for each of many sequence numbers, four bytes each, wherever they begin. Absent is 0. */
export class NumberTally {
  private values = new Int32Array(0)
  /** The sequence number of `values[0]`, a multiple of `block`. */
  private base = 0
  /** How many sequence numbers have a value. */
  size = 0
  lowest = 0
  highest = 0

  get(seqNum: number): number {
    return this.values[seqNum - this.base] ?? 0
  }

  set(seqNum: number, value: number): void {
    this.reach(seqNum)
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
  *entries(): Generator<[seqNum: number, value: number]> {
    for (let seqNum = this.lowest; this.size > 0 && seqNum <= this.highest; seqNum++) {
      const value = this.get(seqNum)
      if (value !== 0) yield [seqNum, value]
    }
  }

  /** [first, last, value] of each run of equal values without a hole; the form it is kept in a file. */
  runs(): [first: number, last: number, value: number][] {
    const runs: [number, number, number][] = []
    for (const [seqNum, value] of this.entries()) {
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

  private reach(seqNum: number): void {
    const start = seqNum - (seqNum % block)
    if (this.values.length === 0) {
      this.base = start
      this.values = new Int32Array(block)
    } else if (seqNum < this.base) {
      const wider = new Int32Array(this.values.length + this.base - start)
      wider.set(this.values, this.base - start)
      this.base = start
      this.values = wider
    } else if (seqNum >= this.base + this.values.length) {
      const wider = new Int32Array(Math.max(this.values.length * 2, start + block - this.base))
      wider.set(this.values)
      this.values = wider
    }
  }
}
