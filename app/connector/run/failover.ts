import { addressKey } from '#connector/wire/address.ts'
import { lanesOf } from '#connector/wire/lanes.ts'
import type { Snapshot, SnapshotTarget } from '#domain/configuration/snapshot.ts'
import type { Worker } from './worker.ts'

type Role = SnapshotTarget['active']

/** By address: why it cannot be listened on. */
export type RefusedAddresses = ReadonlyMap<string, string>

const otherOf = (role: Role): Role => (role === 'primary' ? 'backup' : 'primary')

/**
 * Targets that run on their other address because the active one could not be listened on at start: a failover that
 * nobody commanded (ADR 18). Each failover lasts, over restarts too, until another `active` is wanted: the way back is
 * a failover as well, and somebody has to decide it.
 */
export class Failovers {
  /** By target: the wanted `active` that is not in force. */
  private readonly instead = new Map<string, Role>()

  constructor(private readonly worker: Worker) {}

  /** The wanted `active` that the other address replaces; undefined: the wanted one is in force. */
  of(sessionId: string): Role | undefined {
    return this.instead.get(sessionId)
  }

  /**
   * The wanted configuration, but with the active address of each target that is failed over, or that must fail over
   * now: at start, when its own address is among the `refused`.
   */
  applied(wanted: Snapshot, refused: RefusedAddresses): Snapshot {
    const isStart = this.worker.running === undefined
    if (isStart) this.recall(wanted)
    const targets = wanted.targets.map((target) => {
      const active = this.inForce(target, isStart ? refused : undefined)
      return active === target.active ? target : { ...target, active }
    })
    for (const sessionId of this.instead.keys())
      if (targets.every((target) => target.sessionId !== sessionId)) this.end(sessionId)
    return { ...wanted, targets }
  }

  private inForce(target: SnapshotTarget, refused: RefusedAddresses | undefined): Role {
    const { sessionId, active: wanted } = target
    const { alarms, log } = this.worker
    let active = this.instead.get(sessionId) === wanted ? otherOf(wanted) : wanted
    const why = refused && refusedOf(target, active, refused)
    if (why !== undefined && refusedOf(target, otherOf(active), refused) === undefined) {
      active = otherOf(active)
      log.error({ target: sessionId, active, detail: why }, 'failed over')
    }
    if (active === wanted) this.end(sessionId)
    else {
      this.instead.set(sessionId, wanted)
      alarms.raise(
        'failover',
        'target',
        sessionId,
        `${sessionId} runs on its ${active} address: its ${wanted} could not be had at start`,
      )
    }
    return active
  }

  private end(sessionId: string): void {
    if (this.instead.delete(sessionId)) this.worker.alarms.clear('failover', 'target', sessionId)
  }

  /** The journal remembers the failover of a Drop Copy 4.0 target, because its numbers have jumped. */
  private recall(wanted: Snapshot): void {
    const { targets } = this.worker.core.state.data
    for (const { name, sessionId } of lanesOf(wanted)) {
      const known = Object.values(targets).find((one) => one.name === name)
      const insteadOf = known?.terms?.dc4?.insteadOf
      if (insteadOf) this.instead.set(sessionId, insteadOf)
    }
  }
}

/** Why this role has no usable address; undefined: it has one. */
function refusedOf({ listen }: SnapshotTarget, role: Role, refused: RefusedAddresses | undefined): string | undefined {
  const own = listen.filter((one) => one.role === role)
  if (own.length === 0) return 'it has none'
  return own.map((one) => refused?.get(addressKey(one))).find((why) => why !== undefined)
}
