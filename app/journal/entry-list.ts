/**
 * Numbers and their places, ascending by number: entries of `stride` 32-bit words, the number first. Numbers nearly
 * always come in order; others are inserted in their place. Equal numbers stay in the order they came.
 */
class EntryList implements Entries {
  words: Uint32Array
  count = 0

  constructor(
    readonly stride: 2 | 3,
    room = 64,
  ) {
    this.words = new Uint32Array(room * stride)
  }

  add(number: number, second: number, third = 0): void {
    const { stride } = this
    if ((this.count + 1) * stride > this.words.length) {
      const larger = new Uint32Array(this.words.length * 2)
      larger.set(this.words)
      this.words = larger
    }
    let at = this.count++ * stride
    if (at > 0 && this.words[at - stride]! > number) at = this.shiftFor(number)
    this.words[at] = number
    this.words[at + 1] = second
    if (stride === 3) this.words[at + 2] = third
  }

  get lowest(): number {
    return this.words[0] ?? 0
  }

  /** Stretches of one list do not overlap, so the last entry has the highest end. */
  get highest(): number {
    return this.words[(this.count - 1) * this.stride + this.stride - 2] ?? 0
  }

  word(index: number): number {
    return this.words[index] ?? 0
  }

  private shiftFor(number: number): number {
    const { stride } = this
    const before = countUpTo(this, this.count - 1, number)
    this.words.copyWithin((before + 1) * stride, before * stride, (this.count - 1) * stride)
    return before * stride
  }
}

/** Entries ascending by their first word, in memory or in a file. */
export interface Entries {
  readonly stride: 2 | 3
  readonly count: number
  readonly lowest: number
  /** The last number that any entry holds. */
  readonly highest: number
  word(index: number): number
}

/** How many of the first `count` entries have a number at or below this one. */
export function countUpTo(entries: Entries, count: number, number: number): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (entries.word(middle * entries.stride) <= number) low = middle + 1
    else high = middle
  }
  return low
}

/** What can be looked up in a segment. Numbers of sources and numbers of targets have separate keys. */
export class SegmentEntries {
  /** By key; each list of stride 2 (source number, offset of M) or 3 (first number, last number, offset of D or S). */
  readonly lists = new Map<number, EntryList>()
  private lastKey = -1
  private lastList = new EntryList(2, 1)

  get keys(): Iterable<number> {
    return this.lists.keys()
  }

  entries(key: number): Entries | undefined {
    return this.lists.get(key)
  }

  addMessage(stream: number, epoch: number, number: number, offset: number): void {
    const key = messageKey(stream, epoch)
    if (key !== this.lastKey) {
      this.lastList = this.list(key, 2)
      this.lastKey = key
    }
    this.lastList.add(number, offset)
  }

  addDelivery(target: number, epoch: number, first: number, last: number, offset: number): void {
    this.list(deliveryKey(target, epoch), 3).add(first, last, offset)
  }

  private list(key: number, stride: 2 | 3): EntryList {
    const known = this.lists.get(key)
    if (known) return known
    const list = new EntryList(stride)
    this.lists.set(key, list)
    return list
  }
}

const KINDS = 0x100000000

/** Ids and epochs have 16 bits each; the kind is above them. */
export const messageKey = (stream: number, epoch: number): number => stream * 0x10000 + epoch
export const deliveryKey = (target: number, epoch: number): number => KINDS + target * 0x10000 + epoch
export const isMessageKey = (key: number): boolean => key < KINDS
/** The ids in a message's key. */
export const idsOf = (key: number): { stream: number; epoch: number } => ({
  stream: Math.floor(key / 0x10000),
  epoch: key % 0x10000,
})
export const strideOf = (key: number): 2 | 3 => (isMessageKey(key) ? 2 : 3)
