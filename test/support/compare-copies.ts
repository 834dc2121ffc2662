import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'

const help = `tsx test/support/compare-copies.ts EXPECTED ACTUAL [--ignore 9,10,34,52] [--show 10]

Compares two FIX logs of copies: message by message in order, all tags of each in order with their values. A line is a
message from its first 8=FIX on, with SOH or | between fields; other lines are passed over; files may be gzip.

  --ignore TAGS  tags that differ from run to run; default 9,10,34,52
  --show N       how many differences to print; default 10

ApplLastSeqNum(1350) of the first message is not compared: it names a copy from before the log.
Prints "N of N copies equal", or the first differences, and then exits with 1.
`

type Field = readonly [tag: number, value: string]

/** What is wrong with one message, in words; undefined: nothing. */
function difference(expected: readonly Field[], actual: readonly Field[]): string | undefined {
  const length = Math.max(expected.length, actual.length)
  for (let i = 0; i < length; i++) {
    const [left, right] = [expected[i], actual[i]]
    if (left?.[0] !== right?.[0] || left?.[1] !== right?.[1])
      return `field ${i + 1} is ${text(right)}, expected ${text(left)}`
  }
  return undefined
}

const text = (field: Field | undefined) => (field ? `${field[0]}=${field[1]}` : 'absent')

/** The messages of a log without the ignored tags; the first one without its 1350. */
function messagesOf(log: string, ignored: ReadonlySet<number>): Field[][] {
  const lines = log.split('\n').filter((line) => line.includes('8=FIX'))
  return lines.map((line, index) => {
    const message = line.slice(line.indexOf('8=FIX')).trimEnd()
    const parts = message.split(message.includes('\x01') ? '\x01' : '|').filter((part) => part !== '')
    return parts
      .map((part): Field => [Number.parseInt(part, 10), part.slice(part.indexOf('=') + 1)])
      .filter(([tag]) => !ignored.has(tag) && !(index === 0 && tag === 1350))
  })
}

/** The lines to print, and whether all messages are equal. */
function compareCopies(expected: string, actual: string, ignored: ReadonlySet<number>, show: number) {
  const [left, right] = [messagesOf(expected, ignored), messagesOf(actual, ignored)]
  const count = Math.max(left.length, right.length)
  const differences: string[] = []
  for (let i = 0; i < count; i++) {
    const [one, other] = [left[i], right[i]]
    const found = !one ? 'not expected' : !other ? 'missing' : difference(one, other)
    if (found) differences.push(`copy ${i + 1}: ${found}`)
  }
  const more = differences.length - show
  const shown = [...differences.slice(0, show), ...(more > 0 ? [`and ${more} more`] : [])]
  const isEqual = differences.length === 0 && count > 0
  return { isEqual, lines: [...shown, `${count - differences.length} of ${count} copies equal`] }
}

function run(argv: string[]): number {
  const options = {
    ignore: { type: 'string' },
    show: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const
  const { values, positionals } = parseArgs({ args: argv, options, allowPositionals: true })
  const [expected, actual] = positionals
  if (values.help || expected === undefined || actual === undefined) {
    process.stdout.write(help)
    return values.help ? 0 : 2
  }
  const ignored = new Set((values.ignore ?? '9,10,34,52').split(',').map(Number))
  const { isEqual, lines } = compareCopies(read(expected), read(actual), ignored, Number(values.show ?? 10))
  for (const line of lines) console.log(line)
  return isEqual ? 0 : 1
}

function read(path: string): string {
  const bytes = readFileSync(path)
  return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('latin1')
}

process.exitCode = run(process.argv.slice(2))
