import type { Random } from '#gateway-sim/random.ts'
import { type Copy, judge } from './account.ts'
import { type Audit, audit } from './audit.ts'
import type { Client } from './client.ts'
import { bitFlip, type FaultName, faults } from './faults.ts'
import { Rig, segmentBytes } from './rig.ts'

/** The result of a round, or of a whole rig. */
export type Outcome = {
  /** Messages handed over, times clients. */
  copies: number
  lost: string[]
  /** Copies that came twice without saying so. */
  doubled: string[]
  wrong: string[]
  /** Copies that came twice and said so. */
  flagged: number
  kills: number
  /** From the gateway to the client, milliseconds; NaN when nothing was measured. */
  p99Ms: number
}

/** One fault under a load of so many messages, until all clients have everything. */
export async function round(rig: Rig, random: Random, name: FaultName, messages: number): Promise<Outcome> {
  const before = { copies: copiesOf(rig), kills: rig.kills, atMs: performance.now() }
  const load = rig.flow(messages)
  await faults[name](rig, random)
  await load
  await rig.flow(3) // so that earlier losses are noticed
  const isSettled = await rig.settled()
  const { lost, doubled, chain, wrong } = rig.verdict()
  const stuck = isSettled || lost.length > 0 ? [] : ['not everything came']
  return {
    copies: copiesOf(rig) - before.copies,
    lost,
    doubled: doubled.map(textOf),
    wrong: [...wrong, ...chain, ...stuck],
    flagged: 0,
    kills: rig.kills - before.kills,
    p99Ms: latency(rig, before.atMs),
  }
}

/** Stops a rig, and compares its journal and its ledger with what the gateways sent and the clients have. */
export async function closing(rig: Rig): Promise<string[]> {
  await rig.stop()
  const found = await audit(rig.journal, segmentBytes, accountsOf(rig))
  const { wrong } = found
  const kept = [...found.messages.values()].reduce((sum, count) => sum + count, 0)
  if (kept !== rig.total) wrong.push(`${rig.total} sent, in the journal ${JSON.stringify([...found.messages])}`)
  for (const client of rig.clients) {
    const [{ session }, due] = [client, rig.due(client)]
    if ([found.copies, found.delivered].some((counts) => (counts.get(session) ?? 0) !== due))
      wrong.push(
        `${session}: ${due} sent, ${found.copies.get(session)} numbered, ${found.delivered.get(session)} delivered by the ledger`,
      )
  }
  if (found.lost.length > 0) wrong.push(`named as lost: ${JSON.stringify(found.lost)}`)
  return wrong
}

/** A rig of its own, one flipped bit, and the promise that holds after it. */
export async function flipRound(random: Random, messages: number): Promise<Outcome> {
  const rig = await Rig.start()
  try {
    const load = rig.flow(messages)
    await bitFlip(rig, random)
    await load
    await rig.rested()
    await rig.flow(15) // the chain of these messages shows what is missing before them
    await rig.rested()
    const { doubled, wrong } = rig.verdict()
    await rig.stop()
    const found = await audit(rig.journal, segmentBytes, accountsOf(rig), true)
    return {
      copies: copiesOf(rig),
      lost: rig.clients.flatMap((client) => unnamed(client, rig, found.lost)),
      doubled: doubled.filter(({ isTold }) => !isTold).map(textOf),
      wrong: [...wrong, ...found.wrong],
      flagged: doubled.length,
      kills: rig.kills,
      p99Ms: Number.NaN,
    }
  } finally {
    await rig.dispose()
  }
}

/** Copies that all clients together must have. */
export const copiesOf = (rig: Rig) => rig.clients.reduce((sum, client) => sum + rig.due(client), 0)

const accountsOf = (rig: Rig) => new Map(rig.clients.map(({ session, account }) => [session, account]))

export const textOf = ({ source, sourceNumber, number }: Copy) => `${source} ${sourceNumber} again as ${number}`

/**
 * What is missing without being named: not among the feed's losses, and not in the chain, because the 1350 of the next
 * copy does not reach over it.
 */
function unnamed(client: Client, rig: Rig, losses: Audit['lost']): string[] {
  const { account } = client
  const copies = account.copies
  return judge(account, rig.sentTo(client)).lost.filter((what) => {
    const [source, text] = what.split(' ')
    const number = Number(text)
    const gateway = rig.gateways.find(({ sent }) => sent.has(what))
    const feedNumber = gateway?.sent.get(what)?.feedNumber ?? 0
    const isNamed = losses.some(
      ({ feed, from, to }) => feed === gateway?.kind.feed && feedNumber >= from && feedNumber <= to,
    )
    const next = copies.find((copy) => copy.source === source && copy.previous > 0 && copy.sourceNumber > number)
    return !isNamed && !(next && next.previous >= number)
  })
}

/**
 * The 99th percentile of live copies in milliseconds: at rest, and while fifty overlapping Resend Requests come within
 * 5 s.
 */
export async function stormLatency(rig: Rig, random: Random): Promise<{ quietMs: number; stormMs: number }> {
  const p99Ms = async (meanwhile: () => Promise<void>, messages: number) => {
    const sinceMs = performance.now()
    const load = rig.flow(messages, 1)
    await meanwhile()
    await load
    return (await rig.settled()) ? latency(rig, sinceMs) : Number.POSITIVE_INFINITY
  }
  const quietMs = await p99Ms(async () => undefined, 600)
  return { quietMs, stormMs: await p99Ms(() => faults['resend storm'](rig, random), 1_800) }
}

/** The 99th percentile of the time from a gateway to a client, in milliseconds, for messages handed over since then. */
export function latency({ clients, gateways }: Rig, sinceMs: number): number {
  const all = clients.flatMap(({ cameAtMs }) =>
    [...cameAtMs].flatMap(([what, cameMs]) => {
      const sentMs = gateways.find(({ sent }) => sent.has(what))?.sent.get(what)?.atMs ?? 0
      return sentMs >= sinceMs ? [cameMs - sentMs] : []
    }),
  )
  return all.sort((a, b) => a - b)[Math.floor(all.length * 0.99)] ?? Number.NaN
}
