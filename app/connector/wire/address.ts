import type { SnapshotFeed } from '#domain/configuration/snapshot.ts'

export type Address = { host: string; port: number }
export const addressKey = ({ host, port }: Address): string => `${host}:${port}`
export const feedAddresses = (feed: SnapshotFeed): readonly Address[] => [
  { host: feed.host, port: feed.port },
  ...feed.addresses,
]
