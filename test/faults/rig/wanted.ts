import type { SnapshotInput } from '#domain/configuration/snapshot.ts'
import type { GatewayOptions } from './gateway.ts'

/** Everything that messages come in by. */
export const gateways: readonly GatewayOptions[] = [
  { feed: 'gw1', compId: 'GW1', sources: ['K7T882', 'M3P882'] },
  { feed: 'gw2', compId: 'GW2', sources: ['B2L882'], isPlain: true },
  { feed: 'gw3', compId: 'GW3', sources: ['N5Q882', 'R8W882'], listens: true },
]
const sources = gateways.flatMap(({ feed, sources: ids }) => ids.map((id) => ({ id, feed, gateway: 'cgw' as const })))

/** Everything that they go out by. */
export const targets = [
  { sessionId: 'ODQ1Z9', protocol: 'classic', policy: 'cme' },
  { sessionId: 'FIX001', protocol: 'classic', policy: 'fix' },
  { sessionId: 'P4TGT1', protocol: 'dc4', policy: 'cme' },
] as const

export const snapshot = (feedPorts: readonly number[], targetPort: number): SnapshotInput => ({
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
  sources,
  targets: targets.map((one) => ({
    ...one,
    group: one.sessionId,
    level: 'all',
    sources: sources.map(({ id }) => id),
    queueDepth: 'all',
    listen: [{ role: 'primary', host: '127.0.0.1', port: targetPort }],
    credentials: [{ kind: 'password', password: 'secret' }],
  })),
  limits: { socketBytes: 64 * 1024 },
  journal: { durability: 'fsync' },
})

/** Half a week from now: no trading week ends while clocks are set back and forward. */
function quietDay() {
  const days = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const
  return days[(new Date().getUTCDay() + 3) % 7] ?? 'sunday'
}
