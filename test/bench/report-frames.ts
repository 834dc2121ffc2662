const SOH = '\x01'
const numberDigits = 9
const microsDigits = 16

/** The content of a source message: a fill, or that an order was accepted. */
export type Body = 'execution' | 'acknowledgment'

const bodies: Record<Body, string> = {
  execution:
    '1=ACCT0091|6=0|11=CL000001|14=5|17=90001:6TN0000071|20=0|31=7250|32=5|37=700000001|38=5|39=2|40=2|41=0|44=7250|48=99001|54=1|55=CL|' +
    '60=20260105-13:00:02.250|75=20260105|107=CLM4|150=2|151=0|167=FUT|337=TRADE|442=1|',
  acknowledgment:
    '1=ACCT0091|6=0|11=CL000001|14=0|17=90001:6|20=0|37=700000001|38=5|39=0|40=2|41=0|44=7250|48=99001|54=1|55=CL|' +
    '59=0|60=20260105-13:00:02.250|107=CLM4|150=0|151=5|167=FUT|',
}

/** Writes messages of a feed one after the other. */
export interface Frames {
  /** The length of one message. */
  readonly bytes: number
  /**
   * Messages from now on carry this SendingTime(52), to the second, because a receiver refuses one that is minutes old.
   */
  stamp(ms: number): void
  /** Write one message at an offset. `micros` is on the machine's monotonic clock. @returns the offset behind it */
  write(into: Buffer, at: number, number: number, micros: number): number
}

/**
 * One buffer that is patched for each message: its number (34), its time (52) and when it
 * was due (5979). An execution has 350 bytes.
 */
export class ReportFrames implements Frames {
  private readonly template: Buffer
  private readonly numberAt: number
  private readonly microsAt: number
  private readonly timeAt: number
  private stampedMs = 0
  /** Sum of every byte before 10 with 34 and 5979 as zeros. */
  private sum: number
  /** Sum of every byte of the message written last. */
  wholeSum = 0

  constructor(senderCompId: string, targetCompId: string, body: Body) {
    const head = `35=8|34=${'0'.repeat(numberDigits)}|369=1|52=20260105-13:00:02.250|49=${senderCompId}|50=G|56=${targetCompId}|57=TRDR22|`
    const tail = `5979=${'0'.repeat(microsDigits)}|9717=C01|`
    this.template = frame(head + bodies[body] + tail)
    this.numberAt = offset(this.template, '34=')
    this.microsAt = offset(this.template, '5979=')
    this.timeAt = offset(this.template, '52=')
    this.sum = sumOf(this.template.subarray(0, -7))
  }

  get bytes(): number {
    return this.template.length
  }

  stamp(ms: number): void {
    if (ms - this.stampedMs < 1000) return
    this.stampedMs = ms
    this.sum += putTime(this.template, this.timeAt, ms)
  }

  write(into: Buffer, at: number, number: number, micros: number): number {
    this.template.copy(into, at)
    const sum =
      this.sum +
      digits(into, at + this.numberAt, numberDigits, number) +
      digits(into, at + this.microsAt, microsDigits, micros)
    const end = at + this.template.length
    this.wholeSum = sum + trailerSum + digits(into, end - 4, 3, sum % 256)
    return end
  }
}

/**
 * The same messages as an encapsulated feed carries them: whole, in 213 of a 35=n, and with the source's number on
 * both.
 */
export class EncapsulatedFrames implements Frames {
  private readonly inner: ReportFrames
  private readonly head: Buffer
  private readonly numberAt: number
  private readonly timeAt: number
  private stampedMs = 0
  private sum: number

  constructor(senderCompId: string, targetCompId: string, sourceId: string, body: Body) {
    this.inner = new ReportFrames('CME', `${sourceId}N`, body)
    const fields = `35=n|34=${'0'.repeat(numberDigits)}|49=${senderCompId}|52=20260105-13:00:02.250|56=${targetCompId}|212=${this.inner.bytes + 13}|213=<RTRF>`
    const length = fields.length + this.inner.bytes + close.length
    this.head = Buffer.from(`8=FIX.4.2|9=${length}|${fields}`.replaceAll('|', SOH), 'latin1')
    this.numberAt = offset(this.head, '34=')
    this.timeAt = offset(this.head, '52=')
    this.sum = sumOf(this.head) + sumOf(close)
  }

  get bytes(): number {
    return this.head.length + this.inner.bytes + close.length + 7
  }

  stamp(ms: number): void {
    this.inner.stamp(ms)
    if (ms - this.stampedMs < 1000) return
    this.stampedMs = ms
    this.sum += putTime(this.head, this.timeAt, ms)
  }

  write(into: Buffer, at: number, number: number, micros: number): number {
    this.head.copy(into, at)
    const sum = this.sum + digits(into, at + this.numberAt, numberDigits, number)
    const innerEnd = this.inner.write(into, at + this.head.length, number, micros)
    close.copy(into, innerEnd)
    const end = innerEnd + close.length
    trailer.copy(into, end)
    digits(into, end + 3, 3, (sum + this.inner.wholeSum) % 256)
    return end + 7
  }
}

/** The messages of many sources on one encapsulated feed, one of each in turn. */
export class RotatingFrames implements Frames {
  private readonly each: EncapsulatedFrames[]
  private at = 0
  private stampedMs = 0

  constructor(senderCompId: string, targetCompId: string, sourceIds: readonly string[], body: Body) {
    this.each = sourceIds.map((id) => new EncapsulatedFrames(senderCompId, targetCompId, id, body))
  }

  /** The same for each of them: names of sources have one length. */
  get bytes(): number {
    return this.current.bytes
  }

  stamp(ms: number): void {
    this.stampedMs = ms
  }

  write(into: Buffer, at: number, number: number, micros: number): number {
    const { current } = this
    this.at = (this.at + 1) % this.each.length
    current.stamp(this.stampedMs)
    return current.write(into, at, number, micros)
  }

  private get current(): EncapsulatedFrames {
    return this.each[this.at]! // `at` is never beyond the end
  }
}

const offset = (bytes: Buffer, tag: string) => bytes.indexOf(SOH + tag) + 1 + tag.length
const sumOf = (bytes: Buffer) => bytes.reduce((sum, byte) => sum + byte, 0)
const close = Buffer.from(`</RTRF>${SOH}`, 'latin1')
const trailer = Buffer.from(`10=000${SOH}`, 'latin1')
const trailerSum = sumOf(trailer)

/** @returns by how much the sum of the bytes grew */
function putTime(into: Buffer, at: number, ms: number): number {
  const time = Buffer.from(sendingTime(ms), 'latin1')
  const grown = sumOf(time) - sumOf(into.subarray(at, at + time.length))
  time.copy(into, at)
  return grown
}

/** @returns the sum of the digits, which is what the bytes add to those of zeros */
function digits(into: Buffer, at: number, count: number, value: number): number {
  let rest = value
  let sum = 0
  for (let i = at + count - 1; i >= at; i--) {
    const next = Math.floor(rest / 10)
    const digit = rest - next * 10
    into[i] = 48 + digit
    sum += digit
    rest = next
  }
  return sum
}

/** The machine's monotonic clock, which all processes share. */
export const nowMicros = () => Number(process.hrtime.bigint() / 1000n)

/** A message: fields with `|`, 8, 9 and 10 added. */
export function frame(fields: string): Buffer {
  const text = fields.replaceAll('|', SOH)
  const bytes = Buffer.from(`8=FIX.4.2${SOH}9=${text.length}${SOH}${text}`, 'latin1')
  return Buffer.concat([bytes, Buffer.from(`10=${String(sumOf(bytes) % 256).padStart(3, '0')}${SOH}`, 'latin1')])
}

/** SendingTime(52). */
export const sendingTime = (ms = Date.now()) =>
  new Date(ms).toISOString().replace(/^(\d+)-(\d+)-(\d+)T(.*)Z$/, '$1$2$3-$4')
