import { BlockList, isIP } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isWithin, readNetwork, writeNetwork } from '#domain/configuration/network.ts'

const normal = (word: string): string | undefined => {
  const read = readNetwork(word)
  return read?.isExact ? writeNetwork(read.network) : undefined
}

describe('a network', () => {
  test('has one normal form, whichever way it was written', () => {
    expect(['192.0.2.7', '192.0.2.7/32', '::ffff:192.0.2.7', '::FFFF:c000:207/128'].map(normal)).toEqual(
      Array(4).fill('192.0.2.7'),
    )
    expect(['192.0.2.0/24', '::ffff:192.0.2.0/120'].map(normal)).toEqual(Array(2).fill('192.0.2.0/24'))
    expect(['2001:DB8:0:0:0:0:0:1', '2001:db8::0001', '2001:db8::1/128'].map(normal)).toEqual(
      Array(3).fill('2001:db8::1'),
    )
    expect(['2001:db8::/32', '0.0.0.0/0', '::/0', '::1', '1:0:0:2::/64'].map(normal)).toEqual([
      '2001:db8::/32',
      '0.0.0.0/0',
      '::/0',
      '::1',
      '1:0:0:2::/64',
    ])
  })

  test('is not named by just any word', () => {
    const words = [
      'somewhere',
      'face',
      '::::',
      '1:2',
      '1.2.3',
      '999.1.1.1',
      '010.0.0.1',
      '10.0.0.0/33',
      '::1/129',
      '1::2::3',
      '/8',
      '',
    ]
    expect(words.filter((word) => readNetwork(word) !== undefined)).toEqual([])
  })

  test('is told from an address in it that was given a prefix', () => {
    const read = readNetwork('10.1.2.3/8')
    expect(read?.isExact).toBe(false)
    expect(read && writeNetwork(read.network)).toBe('10.0.0.0/8')
    expect(readNetwork('2001:db8::1/32')?.isExact).toBe(false)
  })

  const address = fc.oneof(fc.ipV4(), fc.ipV6())

  test('reads every address that the system’s own parser reads, and writes it back as the same address', () => {
    fc.assert(
      fc.property(address, (word) => {
        const written = normal(word) ?? ''
        expect(isIP(written)).toBeGreaterThan(0)
        expect(normal(written)).toBe(written)
        const host = written.includes(':') ? `[${written}]` : written
        expect(new URL(`http://${host}/`).hostname).toBe(host) // which writes addresses as RFC 5952 does
      }),
    )
  })

  test('holds the addresses that the system’s own list of networks holds', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV4(), fc.nat(32), (base, peer, prefix) => {
        const list = new BlockList()
        list.addSubnet(base, prefix, 'ipv4')
        const network = readNetwork(`${base}/${prefix}`)!.network
        expect(isWithin(readNetwork(peer)!.network, network)).toBe(list.check(peer))
        expect(isWithin(readNetwork(`::ffff:${peer}`)!.network, network)).toBe(list.check(peer))
      }),
    )
  })
})
