/**
 * An address, or a network of them, as bits: `family` 4 or 6, `prefix` how many bits are the
 * network's. An IPv4-mapped IPv6 address is IPv4.
 */
type Network = { family: 4 | 6; bits: bigint; prefix: number }

/** `isExact`: no bit is set beyond the prefix. 10.1.2.3/8 is not exact: it may mean the address or its network. */
type ReadNetwork = { network: Network; isExact: boolean }

const widths = { 4: 32, 6: 128 } as const
const mapped = 0xffffn

/** The network that a word names: an address, or a network such as 192.0.2.0/24. Undefined: it names none. */
export function readNetwork(word: string): ReadNetwork | undefined {
  const [, address = '', length] = /^([0-9a-fA-F.:]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(word) ?? []
  const four = parseIPv4(address)
  const bits = four ?? parseIPv6(address)
  const family = four === undefined ? 6 : 4
  const prefix = length === undefined ? widths[family] : Number(length)
  if (bits === undefined || prefix > widths[family]) return undefined
  const beyond = bits & ((1n << BigInt(widths[family] - prefix)) - 1n)
  return { network: asIPv4({ family, bits: bits - beyond, prefix }), isExact: beyond === 0n }
}

/** The canonical text of a network: 192.0.2.0/24, 2001:db8::/32; a single address has no prefix (RFC 5952). */
export function writeNetwork({ family, bits, prefix }: Network): string {
  const address = family === 4 ? writeIPv4(bits) : writeIPv6(bits)
  return prefix === widths[family] ? address : `${address}/${prefix}`
}

/** Whether an address lies in a network of its own family. */
export function isWithin(address: Network, network: Network): boolean {
  if (address.family !== network.family || address.prefix < network.prefix) return false
  const shift = BigInt(widths[network.family] - network.prefix)
  return address.bits >> shift === network.bits >> shift
}

/** ::ffff:192.0.2.1 is how a listener for both families sees the client at 192.0.2.1. */
function asIPv4(network: Network): Network {
  const { family, bits, prefix } = network
  if (family !== 6 || prefix < 96 || bits >> 32n !== mapped) return network
  return { family: 4, bits: bits & 0xffffffffn, prefix: prefix - 96 }
}

/** No leading zeros: 010 is eight to some programs and ten to others. */
function parseIPv4(text: string): bigint | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined
  return parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n)
}

function parseIPv6(text: string): bigint | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [head, tail] = halves.map(groupsOf)
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined
  const missing = 8 - head.length - (tail?.length ?? 0)
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined
  const groups = [...head, ...Array.from({ length: missing }, () => 0), ...(tail ?? [])]
  return groups.reduce((bits, group) => (bits << 16n) | BigInt(group), 0n)
}

/** Groups of 16 bits; the last two may be written as an IPv4 address. Undefined: something else. */
function groupsOf(text: string): number[] | undefined {
  if (text === '') return []
  const parts = text.split(':')
  const four = parseIPv4(parts.at(-1) ?? '')
  const hex = four === undefined ? parts : parts.slice(0, -1)
  if (!hex.every((part) => /^[0-9a-fA-F]{1,4}$/.test(part))) return undefined
  const low = four === undefined ? [] : [Number(four >> 16n), Number(four & mapped)]
  return [...hex.map((part) => Number.parseInt(part, 16)), ...low]
}

const writeIPv4 = (bits: bigint): string => [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 0xffn).join('.')

/** The longest run of two or more zero groups becomes `::`; of equally long runs, the first does. */
function writeIPv6(bits: bigint): string {
  const groups = Array.from({ length: 8 }, (_, i) => Number((bits >> BigInt(16 * (7 - i))) & mapped))
  const runAt = (start: number) => {
    const end = groups.findIndex((group, i) => i >= start && group !== 0)
    return (end < 0 ? 8 : end) - start
  }
  const runs = groups.map((_, start) => runAt(start))
  const longest = Math.max(...runs)
  const write = (some: number[]) => some.map((group) => group.toString(16)).join(':')
  if (longest < 2) return write(groups)
  const start = runs.indexOf(longest)
  return `${write(groups.slice(0, start))}::${write(groups.slice(start + longest))}`
}
