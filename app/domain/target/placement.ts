import type { Protocol } from '#domain/group/states.ts'
import type { GatewayKind } from '#domain/reference/environment.ts'

/** Most sources a target carries: 1,000 over the convenience gateway, 5,000 on a market segment gateway (spec §1). */
export const targetCapacity: Record<GatewayKind, number> = { cgw: 1000, msgw: 5000 }

export type PlacedTarget = {
  sessionId: string
  gatewayKind: GatewayKind
  protocol: Protocol
  state: 'open' | 'paused' | 'closed'
  /** names of the sources placed on it now */
  sources: readonly string[]
}
type SourceToPlace = { name: string; gatewayKind: GatewayKind }

type Placement = {
  /** source name → target session id, in the order the sources were given */
  placed: { source: string; sessionId: string }[]
  /** targets that do not exist yet */
  created: { sessionId: string; gatewayKind: GatewayKind; protocol: Protocol }[]
}

/**
 * Where sources go: the first target of the same gateway kind and protocol that is not closed, has room under its limit
 * and, for classic, holds no other source of the same 3-character Session ID (1180 has three characters, so a classic
 * copy could not tell them apart); else a new one. What is placed already never moves.
 *
 * @param allocate a session id that was never used, a new one at each call
 */
export function place(
  targets: readonly PlacedTarget[],
  sources: readonly SourceToPlace[],
  protocol: Protocol,
  allocate: () => string,
  capacity: Record<GatewayKind, number> = targetCapacity,
): Placement {
  const open = targets
    .filter((target) => target.state !== 'closed' && target.protocol === protocol)
    .map((target) => ({ ...target, sources: [...target.sources] }))
  const placement: Placement = { placed: [], created: [] }
  for (const source of sources) {
    let target = open.find((candidate) => takes(candidate, source, capacity))
    if (!target) {
      target = { sessionId: allocate(), gatewayKind: source.gatewayKind, protocol, state: 'open', sources: [] }
      open.push(target)
      placement.created.push({ sessionId: target.sessionId, gatewayKind: target.gatewayKind, protocol })
    }
    target.sources.push(source.name)
    placement.placed.push({ source: source.name, sessionId: target.sessionId })
  }
  return placement
}

function takes(target: PlacedTarget, source: SourceToPlace, capacity: Record<GatewayKind, number>): boolean {
  if (target.gatewayKind !== source.gatewayKind) return false
  if (target.sources.includes(source.name)) return false
  if (target.sources.length >= capacity[target.gatewayKind]) return false
  return target.protocol !== 'classic' || !target.sources.some((name) => name.slice(0, 3) === source.name.slice(0, 3))
}

/** No 0 O 1 I: a session id is read out on the telephone. */
const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'

/** Six characters out of six random bytes. The caller sees to it that it was never used. */
export const sessionIdFrom = (bytes: Uint8Array): string =>
  Array.from(bytes.subarray(0, 6), (byte) => alphabet[byte % alphabet.length]).join('')

/** On sheets before anything is allocated: "new target 1", "new target 2". */
export function provisionalIds(): () => string {
  let count = 0
  return () => {
    count += 1
    return `new target ${count}`
  }
}
