const SOH = '\x01'
const numberDigits = 9
const microsDigits = 16

/** 350-byte execution reports (a fill), in one buffer that is patched for each message: its number (34), its time (52) and when it was sent (5979). */
export class ReportFrames {
  private readonly template: Buffer
  private readonly numberAt: number
  private readonly microsAt: number
  private readonly timeAt: number
  private stampedMs = 0
  /** Sum of every byte before 10 with 34 and 5979 as zeros. */
  private sum: number

  constructor(senderCompId: string, targetCompId: string) {
    const head = `35=8|34=${'0'.repeat(numberDigits)}|369=1|52=20260105-13:00:02.250|49=${senderCompId}|50=G|56=${targetCompId}|57=TRDR22|`
    const body =
      '1=ACCT0091|6=0|11=CL000001|14=5|17=90001:6TN0000071|20=0|31=7250|32=5|37=700000001|38=5|39=2|40=2|41=0|44=7250|48=99001|54=1|55=CL|' +
      '60=20260105-13:00:02.250|75=20260105|107=CLM4|150=2|151=0|167=FUT|337=TRADE|442=1|'
    const tail = `5979=${'0'.repeat(microsDigits)}|9717=C1|`
    const text = `${head}${body}${tail}`.replaceAll('|', SOH)
    const frame = `8=FIX.4.2${SOH}9=${text.length}${SOH}${text}`
    this.template = Buffer.from(`${frame}10=000${SOH}`, 'latin1')
    this.numberAt = this.template.indexOf(`${SOH}34=`) + 4
    this.microsAt = this.template.indexOf(`${SOH}5979=`) + 6
    this.timeAt = this.template.indexOf(`${SOH}52=`) + 4
    this.sum = Buffer.from(frame, 'latin1').reduce((sum, byte) => sum + byte, 0)
  }

  get bytes(): number {
    return this.template.length
  }

  /** What is written from now on carries this SendingTime(52), to the second: a receiver refuses one that is minutes old. */
  stamp(ms: number): void {
    if (ms - this.stampedMs < 1000) return
    this.stampedMs = ms
    const time = Buffer.from(sendingTime(ms), 'latin1')
    for (const [i, byte] of time.entries()) {
      this.sum += byte - (this.template[this.timeAt + i] ?? 0)
      this.template[this.timeAt + i] = byte
    }
  }

  /** Write one message at an offset. `micros` is on the machine's monotonic clock. @returns the offset behind it */
  write(into: Buffer, at: number, number: number, micros: number): number {
    this.template.copy(into, at)
    const sum =
      this.sum +
      digits(into, at + this.numberAt, numberDigits, number) +
      digits(into, at + this.microsAt, microsDigits, micros)
    const end = at + this.template.length
    digits(into, end - 4, 3, sum % 256)
    return end
  }
}

/** @returns the sum of the digits, which is what the bytes are more than zeros */
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

/** A session message: fields with `|`, 8, 9 and 10 added. */
export function sessionFrame(fields: string): Buffer {
  const text = fields.replaceAll('|', SOH)
  const frame = Buffer.from(`8=FIX.4.2${SOH}9=${text.length}${SOH}${text}`, 'latin1')
  const sum = frame.reduce((total, byte) => total + byte, 0) % 256
  return Buffer.concat([frame, Buffer.from(`10=${String(sum).padStart(3, '0')}${SOH}`, 'latin1')])
}

/** SendingTime(52). */
export const sendingTime = (ms = Date.now()) =>
  new Date(ms).toISOString().replace(/^(\d+)-(\d+)-(\d+)T(.*)Z$/, '$1$2$3-$4')
