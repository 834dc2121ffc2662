import type { Protocol } from '../group/states.ts'
import { ok, type Result, refuse } from '../result.ts'

export const addressRoles = ['primary', 'backup'] as const
export type AddressRole = (typeof addressRoles)[number]

/**
 * How far a Drop Copy 4.0 target's numbers jump on a failover when the
 * environment's limits say nothing else (spec §2.11).
 */
export const defaultFailoverJump = 4_000

/** What a failover needs to know of a target. */
export type FailOverFacts = {
  name: string
  protocol: Protocol
  /** The address that is wanted in force. */
  active: AddressRole
  /** The connector runs on the other address, since it could not have this one at its start (ADR 18). */
  isStoodIn: boolean
  listen: readonly { role: AddressRole; host: string; port: number }[]
  isLoggedOn: boolean
  /** What a failover adds to our next number on a Drop Copy 4.0 target. */
  jump: number
}

type UnfitFailOver = { code: 'unfit-failover'; sentence: string }

export const otherRole = (role: AddressRole): AddressRole => (role === 'primary' ? 'backup' : 'primary')

/** The address at which a Drop Copy 4.0 target lets clients in. */
export const inForce = ({ active, isStoodIn }: Pick<FailOverFacts, 'active' | 'isStoodIn'>): AddressRole =>
  isStoodIn ? otherRole(active) : active

/** Whether a target can be failed over to this address; `isDone`: the address is already wanted and in use. */
export function fitFailOver(facts: FailOverFacts, to: AddressRole): Result<{ isDone: boolean }, UnfitFailOver> {
  const unfit = (sentence: string) => refuse({ code: 'unfit-failover', sentence } as const)
  const { name, active, isStoodIn, listen } = facts
  if (!listen.some(({ role }) => role === to))
    return unfit(`${name} has its ${otherRole(to)} address alone: there is nothing to fail over to.`)
  if (to === active && isStoodIn)
    return unfit(
      `The ${active} address of ${name} is wanted already, but was not available when the connector started: it runs on its ${otherRole(active)}. Fail it over to its ${otherRole(active)} first, which makes that permanent and disconnects no client, and then back.`,
    )
  return ok({ isDone: to === active })
}

/** Tells a person before they act what the client will see, where it must go and what becomes of its numbers. */
export function failOverConsequence(facts: FailOverFacts, to: AddressRole): string[] {
  const { name, protocol, active, isStoodIn, listen, isLoggedOn, jump } = facts
  const at = (role: AddressRole) =>
    listen
      .filter((one) => one.role === role)
      .map(({ host, port }) => `${host}:${port}`)
      .join(', ')
  const from = otherRole(to)
  const isDc4 = protocol === 'dc4'
  if (to === active) return [`The ${to} address of ${name}, ${at(to)}, is in force already. Nothing is changed.`]
  if (isStoodIn)
    return [
      `The connector runs ${name} on its ${to} address, ${at(to)}, already, because its ${from} was not available at the start. This makes it permanent: no client is disconnected and no number jumps.`,
    ]
  const cut = isLoggedOn
    ? `The client of ${name} is logged out: “Configuration changed. Logout forced.”`
    : `The client of ${name} is not logged on, so no client is disconnected.`
  if (!isDc4)
    return [
      cut,
      `Its ${to} address, ${at(to)}, is in force then. It may log on at either, as before.`,
      'No number changes but the one that our Logout uses, and no copy is lost.',
    ]
  return [
    cut,
    `It must log on at its ${to} address, ${at(to)}. A Logon at its ${from}, ${at(from)}, is refused: “Backup session not allowed. Logout forced.”`,
    `Our next number to it jumps by ${jump.toLocaleString('en-US')}, on each of its sessions. It asks for what is between, and the jump is gap-filled. No copy is lost.`,
  ]
}
