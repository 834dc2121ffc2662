import { isWithin, readNetwork } from '#domain/configuration/network.ts'

/**
 * Whether an address is in this list, or in one of its networks. An empty list allows every address; an unreadable
 * address is in no network.
 */
export function isAllowed(list: readonly string[], address: string): boolean {
  if (list.length === 0) return true
  const [bare = ''] = address.split('%') // a link-local peer's address includes its interface: fe80::1%eth0
  const peer = readNetwork(bare)
  return peer !== undefined && list.some((entry) => isIn(readNetwork(entry), peer))
}

const isIn = (entry: ReturnType<typeof readNetwork>, peer: NonNullable<typeof entry>): boolean =>
  entry !== undefined && isWithin(peer.network, entry.network)
