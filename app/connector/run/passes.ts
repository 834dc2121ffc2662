/**
 * Runs passes one after the other. A pass takes no argument: it reads everything wanted, compares, and acts. `wake`
 * only brings the next pass forward; a wake during a pass brings one more.
 */
export class Passes {
  private running: Promise<void> | undefined
  private again = false
  private stopped = false
  private readonly timer: NodeJS.Timeout | undefined

  constructor(
    private readonly pass: () => Promise<void>,
    private readonly onError: (error: unknown) => void,
    everyMs: number | undefined,
  ) {
    if (everyMs === undefined) return
    this.timer = setInterval(() => this.wake(), everyMs)
    this.timer.unref()
  }

  wake(): void {
    if (this.stopped) return
    if (this.running) {
      this.again = true
      return
    }
    this.running = this.run().finally(() => {
      this.running = undefined
    })
  }

  /** Allows no more passes; resolves when the present one has ended. */
  async stop(): Promise<void> {
    this.stopped = true
    clearInterval(this.timer)
    await this.running
  }

  private async run(): Promise<void> {
    do {
      this.again = false
      try {
        await this.pass()
      } catch (error) {
        this.onError(error)
      }
    } while (this.again && !this.stopped)
  }
}
