import { lastCopied } from '#connector/state/given.ts'
import { wasMember } from '#connector/state/membership.ts'
import type { AckEntry, RequestedSource } from '#dropcopy/application-resend.ts'
import type { Outlet } from './outlet.ts'

/** Where a source is on a target: its stream, and the newest number copied of it in this week. */
type Standpoint = { stream: number; epoch: number; last: number }

/** What a target can say about the sources that a request names by their Session IDs (1355). */
export class Standings {
  constructor(private readonly outlet: Pick<Outlet, 'core' | 'state'>) {}

  of(applId: string): RequestedSource {
    const streams = this.streamsOf(applId)
    if (streams.length === 0) return { kind: 'unknown' }
    const at = this.chainOf(applId)
    if (!at) return { kind: 'stranger' }
    const { past } = this.outlet.core.state.data.streams[at.stream] ?? {}
    return { kind: 'member', last: at.last, oldest: past?.epoch === at.epoch ? past.upTo + 1 : 1 }
  }

  /** Undefined: no source of this Session ID was a member. If there are several, the present member counts. */
  chainOf(applId: string): Standpoint | undefined {
    const { state } = this.outlet
    const members = this.streamsOf(applId).filter((stream) => wasMember(state, stream))
    const stream = members.find((one) => state.terms?.sources.includes(one)) ?? members.at(-1)
    if (stream === undefined) return undefined
    const { epoch, number } = lastCopied(state.chains[stream])
    return { stream, epoch, last: number }
  }

  /** Every source that may be requested: the members, and those that left in this week. */
  list(): AckEntry[] {
    const { state, core } = this.outlet
    const streams = new Set([...(state.terms?.sources ?? []), ...Object.keys(state.chains).map(Number)])
    const ids = [...streams]
      .filter((stream) => wasMember(state, stream))
      .map((stream) => sessionIdOf(core.state.data.streams[stream]?.name))
    return [...new Set(ids)].sort().map((applId) => ({ applId, last: this.chainOf(applId)?.last ?? 0 }))
  }

  private streamsOf(applId: string): number[] {
    return Object.entries(this.outlet.core.state.data.streams)
      .filter(([, { name }]) => sessionIdOf(name) === applId)
      .map(([id]) => Number(id))
  }
}

const sessionIdOf = (sourceId = ''): string => sourceId.slice(0, 3)
