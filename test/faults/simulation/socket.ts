import type { Transport } from '#connector/wire/transport.ts'
import { Framer, frameLimits } from '#fix/framer.ts'

/** One frame on its way to the end; `onTaken`: set on the last frame of those written together. */
type Leaving = { frame: Buffer; onTaken?: () => void }

/**
 * Replaces the connector's TCP socket: frames under way in both directions, which the world carries one by one, garbles
 * and swaps. They are gone when the connection breaks. A write is taken when the end reads it, so an end that does not
 * read is a slow reader.
 */
export class PretendSocket implements Transport {
  readonly remoteAddress = '127.0.0.1'
  readonly toConnector: Buffer[] = []
  readonly toEnd: Leaving[] = []
  isOpen = true
  /** The connector closes after what it has written. */
  isEnding = false
  private isPaused = false
  private onData: (chunk: Buffer) => void = () => {}
  private onClose: () => void = () => {}
  private readonly framer = new Framer(frameLimits.live)

  on(event: 'data' | 'error' | 'close', listener: ((chunk: Buffer) => void) | (() => void)): void {
    if (event === 'data') this.onData = listener
    else if (event === 'close') this.onClose = () => listener(Buffer.alloc(0))
  }
  pause(): void {
    this.isPaused = true
  }
  resume(): void {
    this.isPaused = false
  }
  setNoDelay(): void {}
  cork(): void {}
  uncork(): void {}

  write(bytes: Uint8Array, onTaken: () => void): void {
    if (!this.isOpen) {
      onTaken()
      return
    }
    const { framer } = this
    framer.push(Buffer.from(bytes))
    while (framer.next() === 'frame')
      this.toEnd.push({ frame: Buffer.from(framer.memory.bytes.subarray(framer.start, framer.end)) })
    const last = this.toEnd.at(-1)
    if (last) last.onTaken = onTaken
  }

  end(): void {
    this.isEnding = true
  }

  destroy(): void {
    this.break()
  }

  /** The connection breaks, and both ends notice. */
  break(): void {
    if (!this.isOpen) return
    this.isOpen = false
    this.toConnector.length = 0
    for (const { onTaken } of this.toEnd.splice(0)) onTaken?.()
    this.onClose()
  }

  /** Our side is not told, because the process that had the connection is dead. */
  vanish(): void {
    this.onClose = () => {}
    this.break()
  }

  /** Hands the next frame to the connector. False: there is none, or the connector does not read. */
  arrive(): boolean {
    if (this.isPaused || this.toConnector.length === 0) return false
    this.onData(this.toConnector.shift() ?? Buffer.alloc(0))
    return true
  }

  /** Takes the next frame for the end. */
  take(): Buffer | undefined {
    const leaving = this.toEnd.shift()
    leaving?.onTaken?.()
    return leaving?.frame
  }
}
