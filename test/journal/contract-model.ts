import fc from 'fast-check'
import { expect } from 'vitest'
import type { Journal } from '#journal/journal.ts'
import { type Life, lifeOf, type Subject, scanned } from './subject.ts'
import { fieldsOf, textOf } from './support.ts'

/** What a naive model knows of a record: by what it is found, and what it says. */
type Known = { position: number; text: string } & (
  | { kind: 'message'; stream: number; number: number }
  | { kind: 'numbers'; session: number; first: number; last: number }
  | { kind: 'other' }
)

type Operation =
  | { does: 'message'; stream: number; jump: number; bytes: number }
  | { does: 'deliver'; target: number; gap: number; copies: number }
  | { does: 'use'; session: number; bytes: number }
  | { does: 'inbound'; next: number }
  | { does: 'control'; bytes: number }
  | { does: 'commit' }
  | { does: 'flush' }
  | { does: 'open again' }
  | { does: 'remove'; part: number }
  | { does: 'lose'; operations: Operation[] }

const upTo = (max: number) => fc.integer({ min: 0, max })
const appended: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constant('message' as const),
      stream: upTo(2),
      jump: fc.constantFrom(1, 1, 1, 1, 1, 3, 0, -2),
      bytes: upTo(900),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ does: fc.constant('deliver' as const), target: upTo(2), gap: upTo(2), copies: upTo(6) }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('use' as const), session: upTo(2), bytes: upTo(60) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('inbound' as const), next: upTo(1_000_000) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('control' as const), bytes: upTo(200) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('commit' as const) }) },
)
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 60, arbitrary: appended },
  { weight: 6, arbitrary: fc.record({ does: fc.constant('flush' as const) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('open again' as const) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('remove' as const), part: upTo(100) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('lose' as const),
      operations: fc.array(appended, { minLength: 1, maxLength: 12 }),
    }),
  },
)

export function holdsAgainstModel(make: () => Subject, numRuns: number): Promise<void> {
  const operations = fc.array(operation, { minLength: 30, maxLength: 400, size: 'max' })
  return fc.assert(
    fc.asyncProperty(operations, async (list) => {
      const subject = make()
      const run = new Run(subject, await lifeOf(subject))
      try {
        for (const one of list) await run.does(one)
        await run.compare()
        await run.does({ does: 'open again' })
        await run.life.journal.close()
      } finally {
        subject.release()
        await subject.end()
      }
    }),
    { numRuns },
  )
}

/** The journal beside the model. */
class Run {
  private known: Known[] = []
  private readonly next = { stream: [1, 1, 1], session: [1, 1, 1] }

  constructor(
    private readonly subject: Subject,
    public life: Life,
  ) {}

  private get journal(): Journal {
    return this.life.journal
  }

  async does(operation: Operation): Promise<void> {
    const { journal } = this
    switch (operation.does) {
      case 'commit':
        journal.commit()
        return
      case 'flush':
        return journal.flush()
      case 'open again':
        await journal.close()
        return this.open()
      case 'remove':
        return this.remove(operation.part / 100)
      case 'lose':
        return this.lose(operation.operations)
      default: {
        const from = journal.end
        this.known.push(...this.append(operation))
        await this.follow(from)
      }
    }
  }

  private append(operation: Operation): Known[] {
    const { journal, next } = this
    switch (operation.does) {
      case 'message': {
        const { stream, jump } = operation
        const number = Math.max(1, (next.stream[stream] ?? 1) + jump)
        next.stream[stream] = Math.max(number, next.stream[stream] ?? 1)
        const bytes = Buffer.alloc(operation.bytes, 97 + (number % 26))
        const position = journal.appendMessage(fieldsOf(number, stream), bytes, 0, bytes.length)
        return [{ kind: 'message', stream, number, position, text: textOf(journal.read(position)) }]
      }
      case 'deliver':
        return this.deliver(operation.target, operation.gap, operation.copies)
      case 'use': {
        const { session } = operation
        const number = next.session[session] ?? 1
        next.session[session] = number + 1
        const position = journal.appendSession(session, 1, number, 66, Buffer.alloc(operation.bytes, 66))
        const text = textOf(journal.read(position))
        if (operation.bytes === 0) return [{ kind: 'other', position, text }]
        return [{ kind: 'numbers', session, first: number, last: number, position, text }]
      }
      case 'inbound':
        return [this.other(journal.appendInbound(1, operation.next))]
      case 'control':
        return [this.other(journal.appendControl(5, Buffer.alloc(operation.bytes, 67)))]
      default:
        return []
    }
  }

  private other(position: number): Known {
    return { kind: 'other', position, text: textOf(this.journal.read(position)) }
  }

  /** Where a batch is full a delivery goes on in a second record. */
  private deliver(session: number, gap: number, copies: number): Known[] {
    const { journal, next } = this
    const messages = this.known.filter(({ kind }) => kind === 'message')
    if (messages.length === 0) return []
    const first = (next.session[session] ?? 1) + gap
    journal.beginDelivery(session, 1, 0, first, 1_700_000_000_000)
    const wanted: number[] = []
    for (let i = 0; i < copies; i++) wanted.push(messages.at(-1 - (i % messages.length))?.position ?? 0)
    for (const position of wanted) journal.addCopy(position, 1)
    journal.endDelivery()
    if (copies > 0) next.session[session] = first + copies
    const found: Known[] = []
    const copied: number[] = []
    for (let number = first; number < first + copies; ) {
      const position = journal.findDelivery(session, 1, number)
      const record = journal.read(position)
      if (record.type !== 'D') throw new Error(`what is at ${position} is no delivery`)
      const last = number + record.count - 1
      copied.push(...record.messages.subarray(0, record.count))
      found.push({ kind: 'numbers', session, first: number, last, position, text: textOf(record) })
      number = last + 1
    }
    expect(copied).toEqual(wanted)
    return found
  }

  /** The state follows what was appended behind a position. */
  private async follow(from: number): Promise<void> {
    const { fold, journal } = this.life
    await journal.scan(from, journal.end, (record) => void (record.type !== 'H' && fold.apply(record)))
  }

  private async open(): Promise<void> {
    const { state } = this.life.fold
    const end = this.known.at(-1)?.position ?? 0
    this.life = await lifeOf(this.subject)
    expect(this.life.fold.state).toBe(state)
    expect(this.journal.end).toBeGreaterThan(end)
    await this.compare()
  }

  /** These become nothing: the process dies before any of it is durable. */
  private async lose(operations: readonly Operation[]): Promise<void> {
    await this.journal.flush()
    const { fold, journal } = this.life
    const [state, known] = [fold.state, [...this.known]]
    const next = structuredClone(this.next)
    const { durableEnd } = journal
    this.subject.hold()
    for (const one of operations) await this.does(one)
    expect(journal.durableEnd).toEqual(durableEnd)
    await this.subject.crash()
    this.life = await lifeOf(this.subject)
    expect(this.life.fold.state).toBe(state)
    expect(this.journal.durableEnd).toEqual(durableEnd)
    this.known = known
    Object.assign(this.next, next)
    await this.compare()
  }

  private async remove(part: number): Promise<void> {
    const { journal } = this
    const floor = journal.replayFrom // no caller removes what a start may replay
    const position = Math.min(floor, journal.start + part * (journal.end - journal.start))
    const start = await journal.removeBefore(position)
    expect(start).toBeLessThanOrEqual(Math.max(position, start === journal.start ? start : 0))
    this.known = this.known.filter((one) => one.position >= start)
  }

  /** All that is there, and what is found by every number that is there or next to one. */
  async compare(): Promise<void> {
    const { known } = this
    expect(await scanned(this.life)).toEqual(known.map(({ text }) => text))
    for (const stream of [0, 1, 2]) this.compareMessages(stream)
    for (const session of [0, 1, 2]) this.compareNumbers(session)
  }

  private compareMessages(stream: number): void {
    const { journal } = this
    /** The newest of each number. */
    const newest = new Map<number, number>()
    for (const one of this.known)
      if (one.kind === 'message' && one.stream === stream) newest.set(one.number, one.position)
    const numbers = [...newest.keys()].sort((a, b) => a - b)
    const last = numbers.at(-1) ?? 0
    const asked = Array.from({ length: last + 2 }, (_, number) => number)
    const exact = asked.map((number) => newest.get(number) ?? -1)
    expect(asked.map((number) => journal.findMessage(stream, 3, number))).toEqual(exact)
    const from = asked.map((number) => journal.findMessageFrom(stream, 3, number))
    expect(from.map((position) => numberAt(journal, position))).toEqual(
      asked.map((number) => numbers.find((one) => one >= number)),
    )
    expect(from.filter((_, i) => exact[i] !== -1)).toEqual(exact.filter((position) => position !== -1))
    const [low, high] = [Math.floor(last / 3), Math.ceil((2 * last) / 3)]
    const within = numbers.filter((number) => number >= low && number <= high)
    expect(journal.findMessages(stream, 3, low, high)).toEqual(within.map((number) => newest.get(number)))
    expect(journal.findMessage(stream, 4, last)).toBe(-1)
  }

  private compareNumbers(session: number): void {
    const { journal } = this
    const all = this.known.filter((one) => one.kind === 'numbers' && one.session === session)
    const stretches = all.flatMap((one) => (one.kind === 'numbers' ? [one] : [])).sort((a, b) => a.first - b.first)
    const last = stretches.at(-1)?.last ?? 0
    const asked = Array.from({ length: last + 2 }, (_, number) => number)
    const at = asked.map((number) => stretches.find((one) => one.last >= number))
    expect(asked.map((number) => journal.findDelivery(session, 1, number))).toEqual(
      at.map((one, number) => (one && one.first <= number ? one.position : -1)),
    )
    expect(asked.map((number) => journal.findDeliveryFrom(session, 1, number))).toEqual(
      at.map((one) => one?.position ?? -1),
    )
    expect(journal.findDelivery(session, 2, last)).toBe(-1)
  }
}

function numberAt(journal: Journal, position: number): number | undefined {
  if (position < 0) return undefined
  const record = journal.read(position)
  return record.type === 'M' ? record.number : undefined
}
