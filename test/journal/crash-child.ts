/**
 * Appends numbered messages, 1 to 20 a batch, and prints the last number of every durable batch,
 * until it is killed. Argument: the directory.
 */
import { writeSync } from 'node:fs'
import { openJournal } from '#journal/open-journal.ts'

const promised: { batch: number; number: number }[] = []
let number = 0

const journal = await openJournal(
  process.argv[2]!,
  {
    durability: 'fsync',
    segmentBytes: 256 * 1024,
    batchBytes: 16 * 1024,
    ringBytes: 512 * 1024,
    reserveBytes: 64 * 1024,
  },
  {
    head: () => Buffer.from(String(number)),
    restore: (head) => {
      number = Number(Buffer.from(head).toString())
    },
    replay: (record) => {
      if (record.type === 'M') number = record.number
    },
    onDurable: (batch) => {
      const done = promised.filter((p) => p.batch <= batch)
      promised.splice(0, done.length)
      // synchronously, so that what was promised is never more than what was said
      if (done.length > 0) writeSync(1, `${done.at(-1)!.number}\n`)
    },
    onPressure: () => {},
    onFatal: (error) => {
      throw error
    },
  },
)
writeSync(1, `start ${number}\n`)
const fields = {
  class: 1,
  flags: 0,
  stream: 1,
  epoch: 1,
  feed: 1,
  feedEpoch: 1,
  feedNumber: 0,
  digest: 0,
  bodyAt: 0,
  at797: 0,
}

function turn(): void {
  for (let n = 1 + (number % 20); n > 0; n--) {
    const next = number + 1
    const bytes = Buffer.alloc(50 + (next % 700), next % 256)
    journal.appendMessage({ ...fields, number: next }, bytes, 0, bytes.length)
    number = next
  }
  promised.push({ batch: journal.commit(), number })
  setImmediate(turn)
}
turn()
