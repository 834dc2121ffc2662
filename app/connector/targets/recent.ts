import type { RecentCopy } from '#domain/status/observed.ts'
import { messageClasses } from '#dropcopy/classify.ts'
import { decode, Message } from '#fix/message.ts'
import { Tag } from '#fix/tags.ts'
import type { JournalRead } from '#journal/read.ts'
import type { CopySources } from './copying/copying.ts'

const kept = 10

/** The copies that a target sent last: numbers and positions, decoded only when somebody asks. */
export class Recent {
  private numbers: number[] = []
  private positions: number[] = []
  private times: number[] = []
  /** How many copies there have been: shows whether there are new ones. */
  count = 0

  add(number: number, position: number, sentMs: number): void {
    const at = this.count++ % kept
    this.numbers[at] = number
    this.positions[at] = position
    this.times[at] = sentMs
  }

  /** Newest first. */
  decoded(journal: Pick<JournalRead, 'isDamaged' | 'read' | 'start'>, sources: CopySources): RecentCopy[] {
    const there = Math.min(this.count, kept)
    return Array.from({ length: there }, (_, back) => (this.count - 1 - back) % kept).flatMap((at) => {
      const position = this.positions[at]!
      if (position < journal.start || journal.isDamaged(position)) return [] // removed since, or unreadable
      const record = journal.read(position)
      if (record.type !== 'M') return []
      decode(Buffer.from(record.bytes.subarray(record.start, record.end)), scratch)
      const copy = {
        at: new Date(this.times[at]!).toISOString(),
        seq: this.numbers[at]!,
        source: sources.byStream(record.stream).name,
        sourceSeq: record.number,
        kind: words[messageClasses[record.class] ?? 'unknown'] ?? 'Message',
      }
      return [{ ...copy, ...details(scratch) }]
    })
  }
}

const scratch = new Message(128)

const words: Record<string, string> = {
  fill: 'Fill',
  'trade-cancel': 'Trade cancelled',
  'trade-correction': 'Trade corrected',
  'new-order': 'Order acknowledged',
  cancel: 'Order cancelled',
  modify: 'Order modified',
  elimination: 'Order eliminated',
  'mass-action': 'Mass action',
  'order-reject': 'Order rejected',
  'cancel-reject': 'Cancel rejected',
}
const sides: Record<string, string> = { '1': 'Buy', '2': 'Sell' }

/** What was done: quantity and price of the fill, or else of the order. */
function details(message: Message): Pick<RecentCopy, 'symbol' | 'side' | 'qty' | 'px'> {
  const symbol = message.str(Tag.SecurityDesc) ?? message.str(Tag.Symbol)
  const side = sides[message.str(Tag.Side) ?? '']
  const qty = message.str(Tag.LastShares) ?? message.str(Tag.OrderQty)
  const px = message.str(Tag.LastPx) ?? message.str(Tag.Price)
  return { ...(symbol && { symbol }), ...(side && { side }), ...(qty && { qty }), ...(px && { px }) }
}
