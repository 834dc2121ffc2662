import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { JournalInspection } from '#journal/inspect.ts'
import { type Command, UsageError } from './command.ts'
import { helpOf } from './help.ts'
import { type Described, lineOf, RecordDescriber } from './journal-records.ts'
import { print, printAll, printNote } from './terminal.ts'

export const command: Command = {
  name: 'journal',
  async run(argv) {
    const { values, positionals } = parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        from: { type: 'string' },
        to: { type: 'string' },
        target: { type: 'string' },
        source: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    })
    const [verb = '', dir, ...more] = positionals
    const verbs = { verify, cat, stat }
    if (!isVerb(verb, verbs) || dir === undefined || more.length > 0) throw new UsageError(helpOf('journal'))
    const { target, source, json } = values
    const isWhole = target === undefined && source === undefined && values.from === undefined && values.to === undefined
    if (verb !== 'cat' && !isWhole) throw new UsageError(`${verb} takes no choice of records`)
    const chosen = { fromMs: instant(values.from, '--from'), toMs: instant(values.to, '--to'), target, source, json }
    process.stdout.on('error', () => process.exit(0)) // the reader has had enough and closed the pipe
    return verbs[verb](inspected(dir), chosen)
  },
}

type Chosen = {
  fromMs: number | undefined
  toMs: number | undefined
  target: string | undefined
  source: string | undefined
  json: boolean
}

const isVerb = <T extends object>(word: string, verbs: T): word is Extract<keyof T, string> =>
  Object.hasOwn(verbs, word)

/** @throws when there is no journal */
function inspected(dir: string): JournalInspection {
  const below = join(dir, 'journal')
  const inspection = existsSync(below) ? new JournalInspection(below) : existsSync(dir) && new JournalInspection(dir)
  if (!inspection || inspection.isEmpty) throw new Error(`there is no journal in ${dir}`)
  return inspection
}

async function verify(journal: JournalInspection): Promise<number> {
  let segments = 0
  let batches = 0
  let bad = 0
  for await (const segment of journal.each()) {
    segments++
    batches += segment.batches.length
    bad += segment.bad.length
    for (const { file, offset, bytes, says } of segment.bad)
      print(`${file} offset ${offset}${bytes > 0 ? `, ${bytes} bytes` : ''}: ${says}`)
    if (segment.unfinishedBytes > 0)
      print(
        `${segment.file}: a write of ${segment.unfinishedBytes} bytes at the end is not finished; none of it was sent`,
      )
  }
  for (const name of readdirSync(journal.dir).filter((one) => one.endsWith('.cut')))
    print(
      `${name}: ${statSync(join(journal.dir, name)).size} bytes cut off by an earlier start, no part of the journal`,
    )
  print(`${segments} segments, ${batches} batches: ${bad === 0 ? 'all right' : `${bad} damaged`}`)
  return bad === 0 ? 0 : 1
}

async function cat(journal: JournalInspection, chosen: Chosen): Promise<number> {
  const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY, json } = chosen
  const describer = new RecordDescriber(journal)
  let hasDamage = false
  for await (const segment of journal.each(fromMs)) {
    for (const batch of segment.batches) {
      const lines: string[] = []
      journal.records(segment, batch, (record) => {
        describer.follow(record)
        if (record.wallClockMs < fromMs || record.wallClockMs > toMs) return
        const described = concerned(describer.describe(record), chosen)
        if (described) lines.push(json ? JSON.stringify(described) : lineOf(described))
      })
      if (lines.length > 0) await printAll(lines)
    }
    for (const { file, offset, says } of segment.bad) printNote(`${file} offset ${offset}: ${says}`)
    hasDamage ||= segment.bad.length > 0
  }
  return hasDamage ? 1 : 0
}

/** The part of a record that was asked for; undefined: nothing. */
function concerned(d: Described, { target, source }: Chosen): Described | undefined {
  if (target === undefined && source === undefined) return d
  switch (d.type) {
    case 'message':
      return d.source === source || (source === undefined && d.feed === target) ? d : undefined
    case 'delivery': {
      if (target !== undefined && d.target !== target) return undefined
      const copies = source === undefined ? d.copies : d.copies.filter((copy) => copy.source === source)
      return copies.length > 0 ? { ...d, copies } : undefined
    }
    case 'session':
    case 'inbound':
      return source === undefined && d.session === target ? d : undefined
    case 'control':
      return source === undefined && target !== undefined && d.sessions.includes(target) ? d : undefined
    case 'state':
      return undefined
  }
}

async function stat(journal: JournalInspection, { json }: Chosen): Promise<number> {
  const describer = new RecordDescriber(journal)
  const counts = { segments: 0, batches: 0, messages: 0, copies: 0, damaged: 0, writtenBytes: 0 }
  let oldestMs = 0
  let newestMs = 0
  for await (const segment of journal.each()) {
    counts.segments++
    counts.batches += segment.batches.length
    counts.damaged += segment.bad.length
    for (const batch of segment.batches) {
      counts.writtenBytes += batch.length
      journal.records(segment, batch, (record) => {
        describer.follow(record)
        if (record.type === 'M') counts.messages++
        else if (record.type === 'D') counts.copies += record.count
        oldestMs ||= record.wallClockMs
        newestMs = record.wallClockMs
      })
    }
  }
  const diskBytes = readdirSync(journal.dir).reduce((sum, name) => sum + bytesOf(join(journal.dir, name)), 0)
  const said = { ...counts, diskBytes, week: describer.week, oldest: iso(oldestMs), newest: iso(newestMs) }
  const width = Math.max(...Object.keys(said).map((name) => name.length))
  if (json) print(JSON.stringify(said))
  else for (const [name, value] of Object.entries(said)) print(`${name.padEnd(width)}  ${value ?? '-'}`)
  return 0
}

const iso = (ms: number): string | null => (ms > 0 ? new Date(ms).toISOString() : null)
const bytesOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0

/** undefined: not given. @throws UsageError */
function instant(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined
  const ms = Date.parse(text)
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(ms))
    throw new UsageError(`${name} is an instant such as 2026-11-22T14:30:00Z`)
  return ms
}
