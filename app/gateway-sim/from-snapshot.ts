import { feedsOf } from '#domain/configuration/cross-check.ts'
import type { Snapshot, SnapshotFeed } from '#domain/configuration/snapshot.ts'
import type { PeerTls } from '#peer/open-socket.ts'
import type { GatewaySimOptions } from './options.ts'

type Ends = Omit<GatewaySimOptions, 'seed' | 'rate' | 'count' | 'replay' | 'state' | 'onEvent'>

/**
 * The other ends of a snapshot's feeds: where the connector accepts the gateway connects, where it initiates the
 * gateway listens. `only` names the feeds wanted; default all. `tls` secures connections to feeds that accept with TLS.
 * A feed that is reached with hmac or a verifier has no password here.
 */
export function feedEnds(snapshot: Snapshot, only: readonly string[] = [], tls: PeerTls = {}): Ends[] {
  return snapshot.feeds
    .filter((feed) => only.length === 0 || only.includes(feed.id))
    .map((feed) => {
      const sources = snapshot.sources.filter((source) => feedsOf(source)[0] === feed.id).map((source) => source.id)
      const password = passwordOf(feed)
      return {
        name: feed.id,
        mode: feed.mode === 'accept' ? 'connect' : 'listen',
        host: feed.host,
        port: feed.port,
        dialect: feed.dialect,
        ourCompId: feed.theirCompId,
        theirCompId: feed.ourCompId,
        heartbeatS: feed.heartbeatS,
        exchange: snapshot.exchange,
        sources,
        ...(feed.mode === 'accept' && feed.tls ? { tls } : {}),
        ...(feed.targetSubId === undefined ? {} : { subId: feed.targetSubId }),
        ...(feed.subId === undefined ? {} : { targetSubId: feed.subId }),
        ...(feed.locationId === undefined ? {} : { locationId: feed.locationId }),
        ...(password === undefined ? {} : { password }),
      }
    })
}

function passwordOf(feed: SnapshotFeed): string | undefined {
  if (feed.password !== undefined) return feed.password
  for (const one of feed.credentials) if (one.kind === 'password' && 'password' in one) return one.password
  return undefined
}
