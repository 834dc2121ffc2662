import { type Control, decodeControl } from '#connector/state/control.ts'
import { deliveryKind, flag } from '#connector/state/fold.ts'
import { msgTypeOf } from '#connector/state/session-types.ts'
import type { Durable } from '#connector/state/state.ts'
import { messageClasses } from '#dropcopy/classify.ts'
import type { JournalInspection } from '#journal/inspect.ts'
import type { DeliveryRecord, HeadRecord, JournalRecord, MessageRecord } from '#journal/records.ts'
import { readable } from './readable.ts'

/** One copy of a delivery: its number, the message it is a copy of, and ApplLastSeqNum(1350), 0 without one. */
type Copy = { number: number; source: string; sourceNumber: number; previous: number }

/** The content of a record, with names instead of ids and with masked secrets: a line of `journal cat --json`. */
export type Described = { position: number; batch: number; at: string } & (
  | {
      type: 'message'
      source: string
      epoch: number
      number: number
      class: string
      flags: string[]
      feed: string
      feedNumber: number
      message: string
    }
  | { type: 'delivery'; target: string; epoch: number; kind: string; sentAt: string; copies: Copy[] }
  | { type: 'session'; session: string; epoch: number; number: number; msgType: string; message: string }
  | { type: 'inbound'; session: string; next: number }
  | { type: 'control'; control: Control; sessions: string[] }
  | { type: 'state'; week: string; version: number; bytes: number }
)

/** Reads the records of a journal from a head on, since ids mean nothing without the names assigned before. */
export class RecordDescriber {
  private readonly streams = new Map<number, string>()
  private readonly sessions = new Map<number, string>()
  /** The trading week in force behind the last record. */
  week = ''

  constructor(private readonly journal: JournalInspection) {}

  /** Every record in order passes here, whether it is shown or not. */
  follow(record: JournalRecord): void {
    if (record.type === 'H') this.learnAll(record)
    if (record.type !== 'X') return
    const control = decodeControl(record)
    if (control.kind === 'week') this.week = control.week
    if (control.kind !== 'name') return
    if (control.what === 'stream') this.streams.set(control.id, control.name)
    else this.sessions.set(control.id, control.name)
  }

  describe(record: JournalRecord): Described {
    const { position, batch, wallClockMs } = record
    return { position, batch, at: new Date(wallClockMs).toISOString(), ...this.content(record) }
  }

  private content(record: JournalRecord) {
    switch (record.type) {
      case 'M':
        return this.message(record)
      case 'D':
        return this.delivery(record)
      case 'S': {
        const { epoch, number, msgType, bytes, start, end } = record
        const message = readable(bytes.toString('latin1', start, end))
        return {
          type: 'session' as const,
          session: this.session(record.session),
          epoch,
          number,
          msgType: msgTypeOf(msgType),
          message,
        }
      }
      case 'I':
        return { type: 'inbound' as const, session: this.session(record.session), next: record.next }
      case 'X': {
        const control = decodeControl(record)
        return { type: 'control' as const, control, sessions: idsIn(control).map((id) => this.session(id)) }
      }
      case 'H': {
        const { week, version } = stateOf(record)
        return { type: 'state' as const, week, version, bytes: record.end - record.start }
      }
    }
  }

  private message(m: MessageRecord) {
    return {
      type: 'message' as const,
      source: this.stream(m.stream),
      epoch: m.epoch,
      number: m.number,
      class: messageClasses[m.class] ?? 'unknown',
      flags: Object.entries(flag).flatMap(([name, bit]) => ((m.flags & bit) !== 0 ? [name] : [])),
      feed: this.session(m.feed),
      feedNumber: m.feedNumber,
      message: readable(m.bytes.toString('latin1', m.start, m.end)),
    }
  }

  private delivery(d: DeliveryRecord) {
    const copies = Array.from({ length: d.count }, (_, i): Copy => {
      const message = this.journal.message(d.messages[i] ?? -1)
      const chain = d.chain[i] ?? 0
      const sourceNumber = message?.number ?? 0
      const previous = chain > 0 ? sourceNumber - chain : 0
      return { number: d.firstNumber + i, source: message ? this.stream(message.stream) : '?', sourceNumber, previous }
    })
    return {
      type: 'delivery' as const,
      target: this.session(d.target),
      epoch: d.epoch,
      kind: Object.entries(deliveryKind).find(([, code]) => code === d.kind)?.[0] ?? String(d.kind),
      sentAt: new Date(d.sendingTimeMs).toISOString(),
      copies,
    }
  }

  private learnAll(head: HeadRecord): void {
    const { streams, feeds, targets, week } = stateOf(head)
    this.week = week
    for (const [id, { name }] of Object.entries(streams)) this.streams.set(Number(id), name)
    for (const [id, { name }] of Object.entries({ ...feeds, ...targets })) this.sessions.set(Number(id), name)
  }

  private stream(id: number): string {
    return id === 0 ? '' : (this.streams.get(id) ?? `stream ${id}`)
  }

  private session(id: number): string {
    return this.sessions.get(id) ?? `session ${id}`
  }
}

// written by the connector's `serialise` of this or an earlier version, guarded by the journal's checksums
const stateOf = ({ bytes, start, end }: HeadRecord) =>
  JSON.parse(bytes.toString('utf8', start, end)) as Pick<Durable, 'streams' | 'feeds' | 'targets' | 'week' | 'version'>

/** Feeds and targets that a control record is about. */
function idsIn(control: Control): number[] {
  if (control.kind === 'cut') return [...control.targets.map(({ id }) => id), ...control.gone]
  if (control.kind === 'name') return control.what === 'stream' ? [] : [control.id]
  if (control.kind === 'command') return control.then.flatMap(idsIn)
  if (control.kind === 'take-over') return control.sessions.map(({ id }) => id)
  if ('session' in control) return [control.session]
  if ('target' in control) return [control.target]
  return 'feed' in control ? [control.feed] : []
}

/** A line for people. */
export function lineOf(d: Described): string {
  const begin = `${d.at} ${d.position}`
  switch (d.type) {
    case 'message': {
      const flags = d.flags.length > 0 ? ` (${d.flags.join(', ')})` : ''
      return `${begin} message ${d.source || '-'} ${d.epoch}/${d.number} ${d.class}${flags} from ${d.feed} ${d.feedNumber} ${d.message}`
    }
    case 'delivery': {
      const copies = d.copies.map(
        (c) => `${c.number}=${c.source}/${c.sourceNumber}${c.previous ? `<${c.previous}` : ''}`,
      )
      return `${begin} copies ${d.target} ${d.kind} ${copies.join(' ')}`
    }
    case 'session':
      return `${begin} number ${d.session} ${d.number} used by 35=${d.msgType}${d.message && ` ${d.message}`}`
    case 'inbound':
      return `${begin} expects ${d.session} ${d.next}`
    case 'control':
      return `${begin} ${d.control.kind}${d.sessions.length > 0 ? ` ${d.sessions.join(' ')}` : ''} ${JSON.stringify(d.control)}`
    case 'state':
      return `${begin} state week ${d.week || '-'} version ${d.version}, ${d.bytes} bytes`
  }
}
