import type { Credential } from '#domain/configuration/fields.ts'
import type { Snapshot, SnapshotFeed, SnapshotTarget } from '#domain/configuration/snapshot.ts'
import type { SessionConfig } from '#fix/session-state.ts'
import { feedPolicy, targetPolicy } from './policy.ts'

export type Exchange = Snapshot['exchange']

/** How a target's session introduces itself and what it demands. */
export const targetSession = (exchange: Exchange, target: SnapshotTarget): SessionConfig => ({
  role: 'acceptor',
  policy: targetPolicy(target.policy),
  identity: {
    layout: 'classic-server',
    senderCompId: exchange.compId,
    senderSubId: exchange.subId,
    targetCompId: `${target.sessionId}N`,
  },
  heartbeatS: 30,
})

export function feedSession(feed: SnapshotFeed): SessionConfig {
  const [own] = feedCredentials(feed)
  const password = own && 'password' in own ? own.password : undefined
  return {
    role: feed.mode === 'accept' ? 'acceptor' : 'initiator',
    policy: feedPolicy(feed.policy),
    identity: {
      layout: 'client',
      senderCompId: feed.ourCompId,
      targetCompId: feed.theirCompId,
      ...(feed.subId === undefined ? {} : { senderSubId: feed.subId }),
      ...(feed.targetSubId === undefined ? {} : { targetSubId: feed.targetSubId }),
      ...(feed.locationId === undefined ? {} : { senderLocationId: feed.locationId }),
    },
    heartbeatS: feed.heartbeatS,
    ...(password === undefined ? {} : { credentials: { kind: 'password', password } }),
    ...(feed.app ? { app: feed.app } : {}),
  }
}

/** The shorthand `password` is one credential. */
export const feedCredentials = (feed: SnapshotFeed): readonly Credential[] =>
  feed.password === undefined ? feed.credentials : [{ kind: 'password', password: feed.password }]

export type Address = { host: string; port: number }
export const addressKey = ({ host, port }: Address): string => `${host}:${port}`
export const feedAddresses = (feed: SnapshotFeed): readonly Address[] => [
  { host: feed.host, port: feed.port },
  ...feed.addresses,
]
