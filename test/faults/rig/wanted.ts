import type { SnapshotInput } from '#domain/configuration/snapshot.ts'
import type { GatewayOptions } from './gateway.ts'

/** Everything that messages come in by and go out by. */
export type Wanted = {
  gateways: readonly GatewayOptions[]
  targets: readonly {
    sessionId: string
    protocol: 'classic' | 'dc4'
    policy: 'cme' | 'fix'
    sources: readonly string[]
  }[]
}

const kinds = [
  { protocol: 'classic', policy: 'cme' },
  { protocol: 'classic', policy: 'fix' },
  { protocol: 'dc4', policy: 'cme' },
] as const

/** A gateway of every kind, a target of every kind, each with all sources. */
export const few: Wanted = wantedOf([['K7T882', 'M3P882'], ['B2L882'], ['N5Q882', 'R8W882']], (sources) =>
  ['ODQ1Z9', 'FIX001', 'P4TGT1'].map((sessionId) => ({ sessionId, sources })),
)

/** 500 targets with four each of 200 sources. */
export const many: Wanted = wantedOf([numbered('A', 100), numbered('B', 1), numbered('C', 99)], (sources) =>
  Array.from({ length: 500 }, (_, i) => ({
    sessionId: `T${String(i).padStart(5, '0')}`,
    sources: [0, 1, 2, 3].map((n) => sources[(i + n * 50) % sources.length] ?? ''),
  })),
)

/** Three characters that tell sources apart: 1180 has no more. */
function numbered(letter: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${letter}${String(i).padStart(2, '0')}882`)
}

function wantedOf(
  [first = [], second = [], third = []]: string[][],
  targetsOf: (sources: string[]) => { sessionId: string; sources: string[] }[],
): Wanted {
  return {
    gateways: [
      { feed: 'gw1', compId: 'GW1', sources: first },
      { feed: 'gw2', compId: 'GW2', sources: second, isPlain: true },
      { feed: 'gw3', compId: 'GW3', sources: third, listens: true },
    ],
    targets: targetsOf([...first, ...second, ...third]).map((one, i) => ({ ...one, ...(kinds[i % 3] ?? kinds[0]) })),
  }
}

export const snapshot = (
  { gateways, targets }: Wanted,
  feedPorts: readonly number[],
  targetPort: number,
): SnapshotInput => ({
  schema: 1,
  version: 1,
  exchange: { compId: 'CME', subId: 'G' },
  week: { zone: 'UTC', day: quietDay(), time: '12:00' },
  feeds: gateways.map(({ feed, compId, sources: [source = ''], isPlain, listens }, i) => ({
    id: feed,
    mode: listens ? 'initiate' : 'accept',
    host: '127.0.0.1',
    port: feedPorts[i] ?? 0,
    ourCompId: 'DROPCOPY',
    theirCompId: compId,
    heartbeatS: 30,
    ...(isPlain ? { dialect: 'plain', source } : { dialect: 'encapsulated' }),
  })),
  sources: gateways.flatMap(({ feed, sources }) => sources.map((id) => ({ id, feed, gateway: 'cgw' as const }))),
  targets: targets.map(({ sources, ...one }) => ({
    ...one,
    group: one.sessionId,
    level: 'all',
    sources: [...sources],
    queueDepth: 'all',
    listen: [{ role: 'primary', host: '127.0.0.1', port: targetPort }],
    credentials: [{ kind: 'password', password: 'secret' }],
  })),
  limits: { socketBytes: 64 * 1024, unauthenticatedPerAddress: Math.max(20, targets.length) },
  journal: { durability: 'fsync' },
})

/** Half a week from now: no trading week ends while clocks are set back and forward. */
function quietDay() {
  const days = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const
  return days[(new Date().getUTCDay() + 3) % 7] ?? 'sunday'
}
