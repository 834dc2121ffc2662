import { z } from 'zod'
import { readNetwork, writeNetwork } from '../configuration/network.ts'
import type { ConnectionEntry } from './document.ts'
import { limits } from './steps.ts'

const tooLong = 'An address is shorter than that.'

/** Client addresses as they are being typed: each in its normal form where it is one, otherwise as it was typed. */
export const draftAddresses = z
  .array(z.string().trim().max(50, tooLong).transform(normal))
  .max(limits.addresses, `At most ${limits.addresses} addresses.`)
  .transform((list) => [...new Set(list)].filter(Boolean))

/** Client addresses that may be agreed: an empty list is any address. */
export const clientAddresses = z.array(z.string().superRefine(complain)).max(limits.addresses)

function normal(word: string): string {
  const read = readNetwork(word)
  return read?.isExact ? writeNetwork(read.network) : word
}

function complain(word: string, context: z.RefinementCtx): void {
  const read = readNetwork(word)
  if (read?.isExact) return
  const message = read
    ? `This is one address, with a prefix for more. Write ${writeNetwork(read.network)} for the network, or the address alone.`
    : 'An IPv4 or IPv6 address, or a network such as 192.0.2.0/24.'
  context.addIssue({ code: 'custom', message })
}

/** The connection of a group's terms, as it is kept with them. */
type TermsConnection = Partial<ConnectionEntry> & {
  /**
   * Whom the group's targets let in; empty: any address. Absent in terms agreed
   * before the form said that addresses restrict.
   */
  allowFrom?: string[]
}

/**
 * A new group's connection with the addresses that its targets will allow: any address, if one of them cannot be read.
 */
export const agreedConnection = (connection: ConnectionEntry): TermsConnection =>
  connection.addresses.every((word) => readNetwork(word)?.isExact)
    ? { ...connection, allowFrom: connection.addresses.map(normal) }
    : connection

const stored = z.object({ addresses: z.array(z.string()).default([]), allowFrom: z.array(z.string()).optional() })

/**
 * The addresses that a group's clients may log on from; empty: any. `stated`: addresses that were named when they
 * restricted nobody. People are told of them, because enforcing them would cut clients off.
 */
export function clientAddressesOf(connection: unknown): { allowFrom: string[]; stated: string[] } {
  const read = stored.safeParse(connection)
  if (!read.success) return { allowFrom: [], stated: [] }
  const { addresses, allowFrom } = read.data
  return { allowFrom: allowFrom ?? [], stated: allowFrom ? [] : addresses }
}
