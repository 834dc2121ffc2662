/**
 * What a connection may cost before it has logged on. Bytes count when the framer has looked at them; frames are whole
 * frames and faults. A Logon takes one frame of some 200 bytes.
 */
export const perConnection = { bytes: 16 * 1024, frames: 16 } as const
/**
 * An address may cost as much in this time as all connections that may wait for their Logon; then it is shut until the
 * time is over.
 */
const windowMs = 60_000
const addressesKept = 10_000

type Spent = { sinceMs: number; bytes: number; frames: number }

/** What addresses have spent on connections that did not log on. A connection that logs on gives back what it spent. */
export class BeforeLogon {
  private readonly spent = new Map<string, Spent>()

  constructor(
    private readonly steadyMs: () => number,
    /** How many connections of one address may wait for their Logon at once. */
    private readonly connections: () => number,
  ) {}

  isShut(address: string): boolean {
    const spent = this.spent.get(address)
    return spent !== undefined && this.isRecent(spent) && this.isOver(spent)
  }

  /** A connection has come, which alone costs one frame. `overspent` is called when the connection is to be closed. */
  open(address: string, overspent: () => void): Allowance {
    let spent = this.spent.get(address)
    if (!spent || !this.isRecent(spent)) {
      spent = { sinceMs: this.steadyMs(), bytes: 0, frames: 0 }
      this.spent.delete(address)
      this.spent.set(address, spent)
      const [oldest] = this.spent.keys()
      if (this.spent.size > addressesKept && oldest !== undefined) this.spent.delete(oldest)
    }
    return new Allowance(spent, (of) => this.isOver(of), overspent)
  }

  private isRecent({ sinceMs }: Spent): boolean {
    return this.steadyMs() - sinceMs < windowMs
  }

  private isOver({ bytes, frames }: Spent): boolean {
    const connections = this.connections()
    return bytes >= perConnection.bytes * connections || frames >= perConnection.frames * connections
  }
}

/** What one connection may still spend. */
export class Allowance {
  private bytes = 0
  private frames = 0

  constructor(
    private readonly ofAddress: Spent,
    private readonly isOver: (spent: Spent) => boolean,
    private readonly overspent: () => void,
  ) {
    this.add(0, 1)
  }

  /** False: the connection or its address has nothing left. */
  spend(bytes: number, frames: number): boolean {
    this.add(bytes, frames)
    const isLeft =
      this.bytes <= perConnection.bytes && this.frames <= perConnection.frames && !this.isOver(this.ofAddress)
    if (!isLeft) this.overspent()
    return isLeft
  }

  /** The connection has logged on. */
  giveBack(): void {
    this.add(-this.bytes, -this.frames)
  }

  private add(bytes: number, frames: number): void {
    this.bytes += bytes
    this.frames += frames
    this.ofAddress.bytes += bytes
    this.ofAddress.frames += frames
  }
}
