import { Framer, frameLimits } from '#fix/framer.ts'
import { decode, Message } from '#fix/message.ts'
import type { Effect } from '#fix/session-state.ts'
import type { PretendDriver } from './pretend-driver.ts'

/** What is kept above a gap at most. */
export const earlyLimits = { messages: 5_000, bytes: 8 * 1024 * 1024 } as const

/** A session behind a framer, as a connection has it: bytes in, effects out. One message serves all frames. */
export class Stream {
  /** Frames, and runs of bytes passed over, seen so far. */
  frames = 0
  garbled = 0
  private readonly framer = new Framer(frameLimits.beforeLogon)
  private readonly message = new Message()
  private closed = false

  constructor(
    readonly driver: PretendDriver,
    private readonly on: (effect: Effect) => void,
  ) {}

  /** Bytes that come after the session wanted its connection closed are left unread. */
  push(chunk: Buffer): void {
    if (this.closed) return
    this.framer.push(chunk)
    for (let status = this.framer.next(); status !== 'more' && !this.closed; status = this.framer.next()) {
      if (status === 'frame') this.frames++
      else this.garbled++
      if (status === 'frame') decode(this.framer.frame, this.message)
      const effects =
        status === 'frame'
          ? this.driver.do({ type: 'message', message: this.message })
          : this.driver.do({ type: 'garbled', reason: this.framer.fault })
      this.carryOut(effects)
    }
  }

  /** What an input other than bytes brought. */
  carryOut(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.type === 'logged-on') this.framer.limit = frameLimits.live
      if (effect.type === 'disconnect') this.closed = true
      this.on(effect)
    }
  }

  get isClosed(): boolean {
    return this.closed
  }
}
