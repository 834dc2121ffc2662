import type { Credential } from '#domain/configuration/fields.ts'
import type { Snapshot, SnapshotFeed } from '#domain/configuration/snapshot.ts'
import { everyDay, type WeekRule } from '#domain/time/week.ts'
import type { OwnCredentials, SessionConfig } from '#fix/session-state.ts'
import { signHmac } from './credentials.ts'
import type { Lane } from './lanes.ts'
import { feedPolicy, targetPolicy } from './policy.ts'

export type Exchange = Snapshot['exchange']

/** How a target's session introduces itself and what it demands. */
export const targetSession = (exchange: Exchange, target: Lane): SessionConfig => ({
  role: 'acceptor',
  policy: targetPolicy(target.policy),
  identity: {
    layout: target.protocol === 'dc4' ? 'dc4-server' : 'classic-server',
    senderCompId: exchange.compId,
    senderSubId: target.segment ?? exchange.subId, // what a client sends as its 57
    targetCompId: `${target.sessionId}N`,
  },
  heartbeatS: 30,
})

/** When the numbers of a feed start at 1 by the clock; undefined: they do not. */
export const feedWeek = ({ week, reset }: Pick<SnapshotFeed, 'week' | 'reset'>): WeekRule | undefined =>
  typeof reset === 'object' ? { ...reset, day: everyDay } : week

export function feedSession(feed: SnapshotFeed): SessionConfig {
  const credentials = ownCredentials(feed)
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
    ...(feed.reset === 'always' ? { resetOnLogon: true } : {}),
    ...(credentials ? { credentials } : {}),
    ...(feed.app ? { app: feed.app } : {}),
  }
}

/** What we log on with; a verifier proves nothing. */
function ownCredentials(feed: SnapshotFeed): OwnCredentials | undefined {
  const [own] = feedCredentials(feed)
  if (own?.kind === 'hmac')
    return { kind: 'hmac', accessKeyId: own.accessKeyId, sign: (text) => signHmac(own.secretKey, text) }
  return own && 'password' in own ? { kind: 'password', password: own.password } : undefined
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
