import type { SnapshotInput } from '#domain/configuration/snapshot.ts'
import type { FeedEnd } from './load.ts'
import { range } from './scenarios.ts'
import type { TargetEnd } from './sink.ts'

/** The load of one connector: 10,000 pairs of a target and a source. Each source goes to two targets. */
const sources = 5_000
const targets = 500
const sourcesPerTarget = 20
const feeds = 10
/** Nobody logs on to the other targets. */
const clients = 490

/** The ports to which all feeds and all clients connect. */
export type Ports = { feeds: number; targets: number }

const host = '127.0.0.1'
const sourceId = (i: number) => `${i.toString(36).padStart(3, '0').toUpperCase()}882`
const targetId = (i: number) => `TGT${String(i).padStart(3, '0')}`

export const sizedSnapshot = (ports: Ports) =>
  ({
    schema: 1,
    version: 1,
    exchange: { compId: 'CME', subId: 'G' },
    limits: { unauthenticatedPerAddress: clients }, // all come from one address, at once
    feeds: range(feeds).map((i) => ({
      id: `gw${i}`,
      mode: 'accept' as const,
      host,
      port: ports.feeds,
      dialect: 'encapsulated' as const,
      ourCompId: 'DROPCOPY',
      theirCompId: `GW${i}`,
      policy: 'fix' as const,
    })),
    sources: range(sources).map((i) => ({ id: sourceId(i), feed: `gw${i % feeds}`, gateway: 'cgw' as const })),
    targets: range(targets).map((i) => ({
      sessionId: targetId(i),
      protocol: 'classic' as const,
      group: `Bench ${i}`,
      level: 'all' as const,
      sources: range(sourcesPerTarget).map((j) => sourceId((i * (sources / targets) + j) % sources)),
      queueDepth: 'all' as const,
      policy: 'fix' as const,
      listen: [{ role: 'primary' as const, host, port: ports.targets }],
      credentials: [],
    })),
  }) satisfies SnapshotInput

export const feedEnds = (ports: Ports): FeedEnd[] =>
  range(feeds).map((feed) => ({
    port: ports.feeds,
    senderCompId: `GW${feed}`,
    targetCompId: 'DROPCOPY',
    encapsulates: range(sources / feeds).map((i) => sourceId(i * feeds + feed)),
  }))

export const targetEnds = (ports: Ports): TargetEnd[] =>
  range(clients).map((i) => ({ port: ports.targets, senderCompId: `${targetId(i)}N`, targetCompId: 'CME' }))

/** How many copies the clients get of so many messages, as many of each source. */
export const copiesOf = (messages: number) => (messages / sources) * clients * sourcesPerTarget
/** How many messages make at least so many copies, with as many of each source. */
export const messagesFor = (copies: number) => Math.ceil(copies / copiesOf(sources)) * sources
