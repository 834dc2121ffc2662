import { signHmac } from '#connector/wire/credentials.ts'
import { feedPolicy } from '#connector/wire/policy.ts'
import { everyDay, type WeekRule } from '#domain/calendar/week.ts'
import type { Credential } from '#domain/configuration/fields.ts'
import type { SnapshotFeed } from '#domain/configuration/snapshot.ts'
import type { OwnCredentials, SessionConfig } from '#fix/session-state.ts'

/** When the clock starts a feed's numbers at 1 again; undefined: never. */
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

/** What we log on with; a verifier cannot be used to log on. */
function ownCredentials(feed: SnapshotFeed): OwnCredentials | undefined {
  const [own] = feedCredentials(feed)
  if (own?.kind === 'hmac')
    return { kind: 'hmac', accessKeyId: own.accessKeyId, sign: (text) => signHmac(own.secretKey, text) }
  return own && 'password' in own ? { kind: 'password', password: own.password } : undefined
}

/** The shorthand `password` counts as one credential. */
export const feedCredentials = (feed: SnapshotFeed): readonly Credential[] =>
  feed.password === undefined ? feed.credentials : [{ kind: 'password', password: feed.password }]
