import { applyDelivery, deliveryKind, isByApplication, type MessageKey } from '#connector/state/fold.ts'
import type { State } from '#connector/state/state.ts'
import type { JournalAppend } from '#journal/append.ts'

const mostInOne = 16_384

/**
 * The copies of one target that are numbered but not yet appended: they become one D, as their numbers are consecutive.
 */
export class Deliveries {
  count = 0
  private first = 0
  private kind: number = deliveryKind.live
  private sendingTimeMs = 0
  private positions = new Float64Array(16)
  private distances = new Float64Array(16)
  private keys: MessageKey[] = []

  constructor(
    private readonly target: number,
    private readonly journal: JournalAppend,
    private readonly state: State,
  ) {}

  /** How many of the copies had waited. Copies sent by Application Resend had not. */
  get waited(): number {
    return isByApplication(this.kind) ? 0 : this.count
  }

  /** `distance`: 1181 − 1350, 0 without 1350. */
  add(
    number: number,
    position: number,
    distance: number,
    sendingTimeMs: number,
    stream: number,
    epoch: number,
    sourceNumber: number,
    late: boolean,
    kind: number = deliveryKind.live,
  ): void {
    if (this.count > 0 && !this.goesOn(number, sendingTimeMs, kind)) this.flush()
    if (this.count === mostInOne) this.flush()
    if (this.count === 0) {
      this.first = number
      this.kind = kind
      this.sendingTimeMs = sendingTimeMs
    }
    if (this.count === this.positions.length) this.grow()
    const i = this.count++
    this.positions[i] = position
    this.distances[i] = distance
    const key = this.keys[i]
    if (key) {
      key.stream = stream
      key.epoch = epoch
      key.number = sourceNumber
      key.late = late
    } else this.keys.push({ stream, epoch, number: sourceNumber, late })
  }

  /** Appends the D and applies it to the state. */
  flush(): void {
    const { count, journal, positions, distances, target, kind } = this
    if (count === 0) return
    this.count = 0
    const epoch = this.state.data.targets[target]!.epoch // the name is given before any copy
    journal.beginDelivery(target, epoch, kind, this.first, this.sendingTimeMs)
    for (let i = 0; i < count; i++) journal.addCopy(positions[i]!, distances[i]!)
    journal.endDelivery()
    const fact = { target, epoch, kind, firstNumber: this.first, count, messages: positions, chain: distances }
    applyDelivery(this.state, fact, (_, i) => this.keys[i]!)
  }

  /** Whether a copy fits this D: one D has one kind of copies, numbered one by one in the same millisecond. */
  private goesOn(number: number, sendingTimeMs: number, kind: number): boolean {
    return number === this.first + this.count && sendingTimeMs === this.sendingTimeMs && kind === this.kind
  }

  private grow(): void {
    const wider = (from: Float64Array) => {
      const to = new Float64Array(from.length * 4)
      to.set(from)
      return to
    }
    this.positions = wider(this.positions)
    this.distances = wider(this.distances)
  }
}
