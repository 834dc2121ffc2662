import { BlockList, isIPv4, isIPv6 } from 'node:net'

/** Whether an address is one of these, or within one of these networks. An empty list allows every address. */
export function isAllowed(list: readonly string[], address: string): boolean {
  if (list.length === 0) return true
  const networks = new BlockList()
  for (const entry of list) {
    const [net = '', bits] = entry.split('/')
    const family = isIPv4(net) ? 'ipv4' : isIPv6(net) ? 'ipv6' : undefined
    if (!family) continue
    if (bits === undefined) networks.addAddress(net, family)
    else networks.addSubnet(net, Number(bits), family)
  }
  // a v4 peer of a v6 listener comes as ::ffff:a.b.c.d
  const plain = address.replace(/^::ffff:/, '')
  return networks.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6')
}
