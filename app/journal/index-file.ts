import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { endianness } from 'node:os'
import { crc32 } from 'node:zlib'
import { type Entries, type SegmentEntries, strideOf } from './entry-list.ts'

/*
 * Index file of one sealed segment: header (magic 4 · keys 4 · pages 4 · crc32 of the rest of header, keys and page
 * crcs 4 · base 8 · segment bytes 8) · keys (key 8 · first word 4 · entries 4 · lowest number 4 · highest number 4) ·
 * crc32 of every page · pages of 16 KB with the words of all entries. Never synced: the crcs show what a power loss has
 * damaged, and the index is then built again from its segment.
 */
const MAGIC = 0x31584344
const HEADER_BYTES = 32
const KEY_BYTES = 24
const PAGE_WORDS = 4_096
const PAGE_BYTES = PAGE_WORDS * 4
/** 16 MB of pages. */
const CACHED_PAGES = 1_024

/** Write the entries of a segment to its index file. A failure leaves no file behind. */
export async function writeIndex(path: string, base: number, bytes: number, entries: SegmentEntries): Promise<void> {
  const lists = [...entries.lists].sort(([a], [b]) => a - b)
  const words = lists.reduce((sum, [, list]) => sum + list.count * list.stride, 0)
  const pages = Math.ceil(words / PAGE_WORDS)
  const dataAt = HEADER_BYTES + lists.length * KEY_BYTES + pages * 4
  const file = Buffer.alloc(dataAt + pages * PAGE_BYTES)
  let word = 0
  lists.forEach(([key, list], i) => {
    const at = HEADER_BYTES + i * KEY_BYTES
    file.writeDoubleLE(key, at)
    file.writeUInt32LE(word, at + 8)
    file.writeUInt32LE(list.count, at + 12)
    file.writeUInt32LE(list.lowest, at + 16)
    file.writeUInt32LE(list.highest, at + 20)
    for (let w = 0; w < list.count * list.stride; w++) file.writeUInt32LE(list.word(w), dataAt + (word + w) * 4)
    word += list.count * list.stride
  })
  for (let page = 0; page < pages; page++) {
    const at = dataAt + page * PAGE_BYTES
    file.writeUInt32LE(crc32(file.subarray(at, at + PAGE_BYTES)), dataAt - (pages - page) * 4)
  }
  file.writeUInt32LE(MAGIC, 0)
  file.writeUInt32LE(lists.length, 4)
  file.writeUInt32LE(pages, 8)
  file.writeDoubleLE(base, 16)
  file.writeDoubleLE(bytes, 24)
  file.writeUInt32LE(crc32(file.subarray(16, dataAt)), 12)
  try {
    await writeFile(`${path}.part`, file, { mode: 0o600 })
    await rename(`${path}.part`, path)
  } catch (error) {
    await rm(`${path}.part`, { force: true })
    throw error
  }
}

/** Thrown when the pages of an index differ from what was written: the index must be built again. */
export class DamagedIndexError extends Error {
  override name = 'DamagedIndexError'
}

interface Page {
  words: Uint32Array
  /** Used since the cache last checked. */
  isUsed: boolean
  drop(): void
}

/** The pages of all indexes in memory, at most 16 MB: the oldest page not used recently makes room. */
export class PageCache {
  private readonly pages: Page[] = []
  private hand = 0

  add(page: Page): void {
    if (this.pages.length < CACHED_PAGES) {
      this.pages.push(page)
      return
    }
    for (; this.pages[this.hand]!.isUsed; this.hand = (this.hand + 1) % CACHED_PAGES)
      this.pages[this.hand]!.isUsed = false
    this.pages[this.hand]!.drop()
    this.pages[this.hand] = page
    this.hand = (this.hand + 1) % CACHED_PAGES
  }
}

function readPage(path: string, at: number, crc: number): Uint32Array {
  const bytes = Buffer.from(new ArrayBuffer(PAGE_BYTES))
  if (readAt(path, bytes, at) !== PAGE_BYTES || crc32(bytes) !== crc) throw new DamagedIndexError(path)
  if (endianness() === 'BE') bytes.swap32()
  return new Uint32Array(bytes.buffer)
}

/** The keys of a sealed segment in memory; its entries are behind the page cache. */
export class IndexFile {
  private readonly pages: (Page | undefined)[]
  /** Entries asked for so far; null: the segment has none. */
  private readonly known = new Map<number, Entries | null>()

  private constructor(
    private readonly path: string,
    private readonly cache: PageCache,
    readonly keys: Float64Array,
    /** Four words a key: first word, entries, lowest and highest number. */
    private readonly stretches: Uint32Array,
    private readonly pageCrcs: Uint32Array,
    private readonly dataAt: number,
  ) {
    this.pages = new Array(pageCrcs.length)
  }

  /** Read the keys; undefined when this segment has no index, or a damaged one. */
  static open(path: string, base: number, bytes: number, cache: PageCache): IndexFile | undefined {
    const there = statSync(path, { throwIfNoEntry: false })
    if (!there?.isFile()) return undefined
    const header = Buffer.alloc(HEADER_BYTES)
    if (readAt(path, header, 0) !== HEADER_BYTES || header.readUInt32LE(0) !== MAGIC) return undefined
    if (header.readDoubleLE(16) !== base || header.readDoubleLE(24) !== bytes) return undefined
    const keyCount = header.readUInt32LE(4)
    const pageCount = header.readUInt32LE(8)
    const dataAt = HEADER_BYTES + keyCount * KEY_BYTES + pageCount * 4
    if (dataAt + pageCount * PAGE_BYTES !== there.size) return undefined // a damaged header might ask for gigabytes
    const rest = Buffer.alloc(dataAt - 16)
    if (readAt(path, rest, 16) !== rest.length || crc32(rest) !== header.readUInt32LE(12)) return undefined
    const keyAt = (i: number) => HEADER_BYTES - 16 + i * KEY_BYTES
    return new IndexFile(
      path,
      cache,
      Float64Array.from({ length: keyCount }, (_, i) => rest.readDoubleLE(keyAt(i))),
      Uint32Array.from({ length: keyCount * 4 }, (_, i) => rest.readUInt32LE(keyAt(i >> 2) + 8 + (i & 3) * 4)),
      Uint32Array.from({ length: pageCount }, (_, i) => rest.readUInt32LE(keyAt(keyCount) + i * 4)),
      dataAt,
    )
  }

  entries(key: number): Entries | undefined {
    let entries = this.known.get(key)
    if (entries === undefined) {
      entries = this.find(key) ?? null
      this.known.set(key, entries)
    }
    return entries ?? undefined
  }

  private find(key: number): Entries | undefined {
    const at = this.keys.indexOf(key)
    if (at < 0) return undefined
    const [first, count, lowest, highest] = [0, 1, 2, 3].map((i) => this.stretches[at * 4 + i]!) as KeyStretch
    return { stride: strideOf(key), count, lowest, highest, word: (index) => this.word(first + index) }
  }

  private word(index: number): number {
    const number = Math.floor(index / PAGE_WORDS)
    const page = this.pages[number] ?? this.load(number)
    page.isUsed = true
    return page.words[index % PAGE_WORDS]!
  }

  private load(number: number): Page {
    const words = readPage(this.path, this.dataAt + number * PAGE_BYTES, this.pageCrcs[number] ?? 0)
    const page: Page = {
      words,
      isUsed: true,
      drop: () => {
        this.pages[number] = undefined
      },
    }
    this.pages[number] = page
    this.cache.add(page)
    return page
  }
}

/** The four words of a key; mapping a list of four gives four. */
type KeyStretch = [first: number, count: number, lowest: number, highest: number]

/** Bytes read, fewer when the file ends or is not there. */
function readAt(path: string, into: Buffer, at: number): number {
  let fd: number
  try {
    fd = openSync(path, 'r')
  } catch {
    return 0
  }
  try {
    let read = 0
    for (let n = -1; n !== 0 && read < into.length; read += n)
      n = readSync(fd, into, read, into.length - read, at + read)
    return read
  } finally {
    closeSync(fd)
  }
}
