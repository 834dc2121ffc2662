import { decodeControl } from '#connector/state/control.ts'
import { deliveryKind, flag } from '#connector/state/fold.ts'
import type { State } from '#connector/state/state.ts'
import type { Journal } from '#journal/journal.ts'
import type { MessageRecord } from '#journal/records.ts'
import type { End } from '#test/fix/pair.ts'
import { balances } from '#test/support/balances.ts'

/** By source, in the order of their numbers: whether the group's level lets the message through. */
export type Sent = Record<string, ('fill' | 'ack')[]>

type Outcome = {
  journal: Journal
  state: State
  sent: Sent
  /** The client in each trading week that it has seen, the present week last. */
  clients: readonly { week: string; end: End }[]
  gateway: End
}

/**
 * A message that the group should get: the week in which it came, and the membership of its source that it belongs to.
 */
type Passing = { number: number; week: string; chain: number }

/**
 * Judges what the journal kept by a model of its own. Every message is kept once or named as lost. Of the messages that
 * the group should get, each came once, in order, and names the one before; what did not come is held, or belongs to a
 * week that is over. No number of a target is used twice in a week.
 */
export async function verdict({ journal, state, sent, clients, gateway }: Outcome): Promise<string[]> {
  const wrong: string[] = []
  const names = Object.fromEntries(Object.entries(state.data.streams).map(([id, { name }]) => [id, name]))
  const kept: Record<string, MessageRecord[]> = {}
  const passing: Record<string, Passing[]> = {}
  const joined = new Map<string, number>()
  const used = new Set<string>()
  let week = ''
  let changes = 0
  await journal.scan(journal.start, journal.end, (record) => {
    if (record.type === 'X') {
      const control = decodeControl(record)
      if (control.kind === 'week') {
        week = control.week
        changes++
        for (const source of joined.keys()) joined.set(source, changes)
      } else if (control.kind === 'cut')
        for (const { terms } of control.targets) {
          const members = terms.sources.map((id) => names[id] ?? '')
          changes++
          for (const source of [...joined.keys()]) if (!members.includes(source)) joined.delete(source)
          for (const source of members) if (!joined.has(source)) joined.set(source, changes)
        }
    } else if (record.type === 'M' && (record.flags & flag.aside) === 0) {
      const source = names[record.stream] ?? ''
      const list = kept[source] ?? []
      kept[source] = list
      list.push({ ...record })
      const chain = joined.get(source)
      const isFill = sent[source]?.[record.number - 1] === 'fill'
      if (chain === undefined || !isFill) return undefined
      const pass = passing[source] ?? []
      passing[source] = pass
      pass.push({ number: record.number, week, chain })
    } else if (record.type === 'D' && record.kind === deliveryKind.live)
      for (let i = 0; i < record.count; i++) {
        const one = `${week} ${record.firstNumber + i}`
        if (used.has(one)) wrong.push(`number ${record.firstNumber + i} is used twice in the week of ${week}`)
        used.add(one)
      }
    return undefined
  })
  const lost = Object.values(state.data.feeds).flatMap(({ loss }) => loss)
  const named = lost.reduce((sum, { from, to }) => sum + to - from + 1, 0)
  // a Logon may have been under way for too long, and is sent again
  const refused = [gateway, ...clients.map(({ end }) => end)]
    .flatMap((end) => end.refused)
    .filter((text) => !text.includes('SendingTime'))
  if (refused.length > 0) wrong.push(`refused: ${refused}`)
  const row = Object.values(state.data.targets)[0]
  for (const [source, kinds] of Object.entries(sent)) {
    const list = kept[source] ?? []
    if (new Set(list.map(({ number }) => number)).size !== list.length) wrong.push(`${source} is kept twice`)
    if (kinds.length - list.length > named)
      wrong.push(`${source}: ${kinds.length} sent, ${list.length} kept, ${named} named as lost`)
    const id = Number(Object.keys(names).find((one) => names[one] === source) ?? 0)
    const pass = passing[source] ?? []
    const got = clients.flatMap(({ week, end }) => copiesOf(end, source).map((copy) => ({ ...copy, week })))
    wrong.push(...chainWrong(source, pass, got))
    const hasAll = clients.at(-1)?.end.lost.length === 0
    const held = row?.chains[id]?.held ?? []
    const isHeld = (n: number) => held.some(({ from, to, late }) => !late && n >= from && n <= to)
    const numbers = new Set(got.map(({ number }) => number))
    const missing = pass.filter(
      ({ number, week: of }) => of === state.data.week && !numbers.has(number) && !isHeld(number),
    )
    if (missing.length > 0 && hasAll)
      wrong.push(`${source} ${missing.map(({ number }) => number)} neither came nor are held`)
    for (const [name, { [id]: ledger }] of Object.entries(row?.ledger ?? {})) {
      if (!ledger) continue
      if (!balances(ledger) || ledger.waiting !== 0)
        wrong.push(`the ledger of ${source} in ${name}: ${JSON.stringify(ledger)}`)
      const came = got.filter((copy) => copy.week === name).length
      if (came > ledger.delivered || (name === state.data.week && hasAll && came < ledger.delivered))
        wrong.push(`${source}: ${came} came, ${ledger.delivered} delivered by the ledger of ${name}`)
    }
  }
  return wrong
}

const copiesOf = ({ accepted }: End, source: string) =>
  accepted
    .map((text) => text.split(' '))
    .filter(([name]) => name === source)
    .map(([, number, previous]) => ({ number: Number(number), previous: Number(previous) }))

function chainWrong(
  source: string,
  passing: readonly Passing[],
  got: readonly { number: number; previous: number }[],
): string[] {
  const wrong: string[] = []
  const before = new Map(
    passing.map(({ number, chain }, i) => [
      number,
      passing[i - 1]?.chain === chain ? (passing[i - 1]?.number ?? 0) : 0,
    ]),
  )
  for (const { number, previous } of got) {
    const expected = before.get(number)
    if (expected === undefined) wrong.push(`${source} ${number} came, which is none of the group's`)
    else if (expected !== previous) wrong.push(`${source} ${number} names ${previous}, not ${expected}`)
  }
  const numbers = got.map(({ number }) => number)
  if (numbers.some((n, i) => i > 0 && n <= (numbers[i - 1] ?? 0))) wrong.push(`${source} came as ${numbers}`)
  return wrong
}
