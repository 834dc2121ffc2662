export type RefusedLogon = {
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

/** The newest Logons that were turned away, until whoever writes them down has taken them. */
export class RefusedLogons {
  private list: RefusedLogon[] = []
  /** All of them since start. */
  count = 0

  add(
    kind: 'feed' | 'target',
    id: string | undefined,
    claimed: string,
    address: string,
    code: string,
    says: string,
  ): void {
    this.count++
    this.list.push({ atMs: Date.now(), kind, id, claimed: claimed.slice(0, 64), address, code, says })
    if (this.list.length > kept) this.list.shift()
  }

  get newest(): readonly RefusedLogon[] {
    return this.list
  }

  /** The oldest ones are written down. */
  drop(count: number): void {
    this.list.splice(0, count)
  }
}
