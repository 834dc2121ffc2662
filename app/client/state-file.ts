import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { NumberTally } from '#peer/number-tally.ts'
import { blankReceipt, type Receipts } from './receipts.ts'

const count = z.int().min(0)
const runs = z.array(z.tuple([count, count, count]))
const schema = z.strictObject({
  session: z.string(),
  nextIn: z.int().min(1),
  nextOut: z.int().min(1),
  copies: count,
  sources: z.record(
    z.string(),
    z.strictObject({
      received: count,
      // files of earlier versions lack what has a default
      restarts: count.default(0),
      earlier: count.default(0),
      last: count,
      chainBreaks: count,
      mended: count.default(0),
      outside: count.default(0),
      holes: z.array(z.strictObject({ from: count, to: count, isBreak: z.boolean() })).default([]),
      doubled: count,
      renumbered: count,
      dropped: count.default(0),
      sentAt: z.string().default(''),
      requestTime: z.string().default(''),
      live: runs,
      applResent: runs,
    }),
  ),
})
type ClientState = z.output<typeof schema>

/**
 * What an earlier run kept; undefined when there is none.
 * @throws when the file belongs to another session, or is not a state file
 */
export function readState(path: string, session: string): ClientState | undefined {
  if (!existsSync(path)) return undefined
  const parsed = schema.safeParse(JSON.parse(readFileSync(path, 'utf8')))
  if (!parsed.success) throw new Error(`${path} is not a client's state file`)
  if (parsed.data.session !== session) throw new Error(`${path} belongs to session ${parsed.data.session}`)
  return parsed.data
}

/** Whole or not at all: written beside it and renamed. */
export function writeState(path: string, state: ClientState): void {
  writeFileSync(`${path}.new`, JSON.stringify(state), { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

export function stateOf(
  session: string,
  numbers: { nextIn: number; nextOut: number },
  receipts: Receipts,
): ClientState {
  const sources: ClientState['sources'] = {}
  for (const [id, { live, applResent, ...rest }] of receipts.sources) {
    const counts = { received: live.size, ...rest }
    sources[id] = { ...counts, live: newest(live), applResent: newest(applResent) }
  }
  return { session, nextIn: numbers.nextIn, nextOut: numbers.nextOut, copies: receipts.copies, sources }
}

export function restore(state: ClientState, receipts: Receipts): void {
  receipts.copies = state.copies
  for (const [id, { live, applResent, received, ...counts }] of Object.entries(state.sources)) {
    const tallies = { live: NumberTally.fromRuns(live), applResent: NumberTally.fromRuns(applResent) }
    tallies.live.size = received
    receipts.sources.set(id, { ...blankReceipt(), ...counts, ...tallies })
  }
}

/** Keeps the newest numbers, so that a double or a changed number among them shows; older ones are only counted. */
const newest = (tally: NumberTally) => tally.runs(Math.max(0, tally.highest - 100_000))
