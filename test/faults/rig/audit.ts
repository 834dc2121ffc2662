import { flag } from '#connector/state/fold.ts'
import { recoverState } from '#connector/state/recovery.ts'
import { judgeTerms } from '#connector/state/routing.ts'
import { emptyState } from '#connector/state/state.ts'
import { openJournal } from '#journal/open-journal.ts'
import { balances } from '#test/support/balances.ts'
import type { Account } from './account.ts'

/** The content of a journal after everything is done, and the laws that it breaks. */
export type Audit = {
  /** Messages kept, by source. */
  messages: Map<string, number>
  /** Copies numbered, by target. */
  copies: Map<string, number>
  /** Numbers of feeds that are named as lost. */
  lost: { feed: string; from: number; to: number }[]
  /** By target: what was delivered according to the ledger. */
  delivered: Map<string, number>
  wrong: string[]
}

/**
 * Reads a journal from beginning to end. The laws: every position that a D names holds an M, no (target, epoch, number)
 * twice, no (stream, epoch, number) twice, every row of the ledger balances, and what a client has under a number is
 * what the journal has.
 * @param accounts by target; a target without an account is not compared
 * @param isDamaged records before damage that was skipped do not count against the journal
 */
export async function audit(
  dir: string,
  segmentBytes: number,
  accounts: ReadonlyMap<string, Account>,
  isDamaged = false,
): Promise<Audit> {
  const state = emptyState(judgeTerms)
  const events = {
    onDurable: () => undefined,
    onPressure: () => undefined,
    onFatal: (error: Error) => {
      throw error
    },
  }
  const { journal } = await recoverState(
    (hooks) => openJournal(dir, { durability: 'os', segmentBytes }, hooks),
    state,
    events,
  )
  const { streams, targets, feeds } = state.data
  const wrong: string[] = []
  const messages = new Map<string, number>()
  const copies = new Map<string, number>()
  const what = new Map<number, string>()
  const kept = new Set<string>()
  const used = new Set<string>()
  const skipped: { from: number; to: number }[] = []
  await journal.scan(
    journal.start,
    journal.end,
    (record) => {
      if (record.type === 'M' && (record.flags & flag.aside) === 0) {
        const { stream, epoch, number } = record
        const name = streams[stream]?.name ?? '?'
        if (kept.has(`${stream} ${epoch} ${number}`)) wrong.push(`${name} ${epoch} ${number} is kept twice`)
        kept.add(`${stream} ${epoch} ${number}`)
        what.set(record.position, `${name.slice(0, 3)} ${number}`)
        messages.set(name, (messages.get(name) ?? 0) + 1)
      }
      if (record.type === 'D') {
        const name = targets[record.target]?.name ?? '?'
        for (let i = 0; i < record.count; i++) {
          const [number, position] = [record.firstNumber + i, record.messages[i] ?? -1]
          if (used.has(`${name} ${record.epoch} ${number}`)) wrong.push(`${name} used ${number} twice`)
          used.add(`${name} ${record.epoch} ${number}`)
          const message = what.get(position)
          const account = accounts.get(name)
          const copy = account?.byNumber.get(number)
          const isSkipped = skipped.some(({ from, to }) => position >= from && position < to)
          if (message === undefined && !isSkipped) wrong.push(`${name} ${number} names ${position}, which holds no M`)
          if (message !== undefined && copy && `${copy.source} ${copy.sourceNumber}` !== message)
            wrong.push(`${name} ${number} is ${message} here and ${copy.source} ${copy.sourceNumber} there`)
          if (message !== undefined && account && !copy && !isDamaged)
            wrong.push(`${name} ${number} never came to its client`)
        }
        copies.set(name, (copies.get(name) ?? 0) + record.count)
      }
      return undefined
    },
    (from, to) => skipped.push({ from, to }),
  )
  await journal.close()
  for (const [name, account] of accounts)
    for (const copy of account.byNumber.values())
      if (!isDamaged && !used.has(`${name} 1 ${copy.number}`)) wrong.push(`${name} has ${copy.number}, unknown here`)
  const delivered = new Map<string, number>()
  for (const target of Object.values(targets))
    for (const row of Object.values(target.ledger[state.data.week] ?? {})) {
      if (!balances(row)) wrong.push(`the ledger of ${target.name} does not balance: ${JSON.stringify(row)}`)
      delivered.set(target.name, (delivered.get(target.name) ?? 0) + row.delivered)
    }
  if (skipped.length > 0 && !isDamaged) wrong.push(`damaged: ${JSON.stringify(skipped)}`)
  return {
    messages,
    copies,
    lost: Object.values(feeds).flatMap(({ name, loss }) => loss.map(({ from, to }) => ({ feed: name, from, to }))),
    delivered,
    wrong,
  }
}
