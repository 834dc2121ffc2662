const boundsMs = [0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 1_000]

/** How long something took each time, counted by upper bounds. */
export class Durations {
  /** Upper bounds in seconds; longer durations are only in `count`. */
  readonly boundsS = boundsMs.map((ms) => ms / 1_000)
  /** By bound: how many took at most that, and more than the bound before. */
  readonly counts = boundsMs.map(() => 0)
  count = 0
  sumMs = 0

  add(ms: number): void {
    this.count++
    this.sumMs += ms
    const bound = boundsMs.findIndex((most) => ms <= most)
    if (bound >= 0) this.counts[bound]!++
  }
}
