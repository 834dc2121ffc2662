import type { State, StreamState } from '#connector/state/state.ts'
import { isSegment, sourceOf } from '#connector/wire/lanes.ts'
import { lastingDigest } from '#dropcopy/canonical.ts'
import { type ClassicSource, classicSource } from '#dropcopy/classic-copy.ts'
import { decode, Message } from '#fix/message.ts'
import { Tag } from '#fix/tags.ts'
import { parseUtc } from '#fix/time.ts'
import type { JournalRead } from '#journal/read.ts'
import type { MessageRecord } from '#journal/records.ts'
import type { Kept, Known } from './identity.ts'

/** One source session as it runs. */
export type Source = {
  id: number
  name: string
  classic: ClassicSource
  /** The source's part of the state. */
  stream: Readonly<StreamState>
  known: Known
  /** Names of the feeds it may come from, the owner first; undefined: the source is not configured any more. */
  feeds: readonly string[] | undefined
  heardMs: number
  duplicates: number
}

/** Sources by their ids in the journal and by name; a removed source keeps its id for messages that still wait. */
export class Sources {
  private readonly byId: Source[] = []
  private readonly byName = new Map<string, Source>()
  /** The feeds of each source that has several market segments, by its own name. */
  private readonly segmented = new Map<string, readonly string[]>()

  constructor(
    private readonly state: State,
    private readonly journal: JournalRead,
  ) {}

  /** The configured source of this name; undefined: there is none. */
  find(name: string): Source | undefined {
    const source = this.byName.get(name)
    return source?.feeds && source
  }

  /** Whether messages that name this source are expected on this feed; with several segments, any of them counts. */
  isExpected(name: string, feed: string): boolean {
    return (this.find(name)?.feeds ?? this.segmented.get(name))?.includes(feed) === true
  }

  /** Whether the source's messages are told apart by their segment. */
  hasSegments(name: string): boolean {
    return this.segmented.has(name)
  }

  /** @throws when no stream has this id */
  byStream(id: number): Source {
    return this.byId[id] ?? this.add(id)
  }

  configure(sources: ReadonlyMap<string, readonly string[]>, idOf: (name: string) => number): void {
    for (const name of sources.keys()) if (!this.byName.has(name)) this.add(idOf(name))
    for (const source of this.byName.values()) source.feeds = sources.get(source.name)
    this.segmented.clear()
    for (const [name, feeds] of sources) if (isSegment(name)) this.segmented.set(sourceOf(name), feeds)
  }

  private add(id: number): Source {
    const stream = this.state.data.streams[id]
    if (!stream) throw new Error(`bug: no stream has the id ${id}`)
    const source: Source = {
      id,
      name: stream.name,
      classic: classicSource(stream.name),
      stream,
      feeds: undefined,
      known: knownOf(this.journal, id, stream),
      heardMs: 0,
      duplicates: 0,
    }
    this.byId[id] = source
    this.byName.set(stream.name, source)
    return source
  }
}

const scratch = new Message(256)

/** SendingTime(52) of a message; NaN when unreadable. */
export function sentMsOf({ bytes, start, end }: Readonly<MessageRecord>): number {
  decode(bytes.subarray(start, end), scratch)
  const index = scratch.find(Tag.SendingTime)
  return index < 0 ? Number.NaN : parseUtc(scratch.bytes, scratch.startAt(index), scratch.endAt(index))
}

/** What `identify` asks about a stream, answered from the state and, rarely, from the journal. */
function knownOf(journal: JournalRead, id: number, stream: StreamState): Known {
  const record = (epoch: number, number: number): MessageRecord | undefined => {
    const position = journal.findMessage(id, epoch, number)
    // a damaged message counts as missing: it comes once more, late
    if (position < 0 || journal.isDamaged(position)) return undefined
    const found = journal.read(position)
    return found.type === 'M' ? found : undefined
  }
  const timeOf = (epoch: number, number: number): number => {
    const found = record(epoch, number)
    if (found) return sentMsOf(found)
    const { gone } = stream
    return gone && gone.epoch === epoch && number <= gone.number ? gone.sentMs : Number.NaN
  }
  return {
    get epoch() {
      return stream.epoch
    },
    get highest() {
      return stream.highest
    },
    get first() {
      return stream.first
    },
    get firstBefore() {
      return stream.firstBefore
    },
    get feed() {
      return stream.feed
    },
    get feedEpoch() {
      return stream.feedEpoch
    },
    get gone() {
      return stream.gone
    },
    find: (epoch: number, number: number): Kept | undefined => {
      const found = record(epoch, number)
      if (!found) return undefined
      const { digest } = found
      decode(found.bytes.subarray(found.start, found.end), scratch)
      return { digest, requestTime: scratch.str(Tag.RequestTime) ?? '', lasting: lastingDigest(scratch) }
    },
    newestMs: () => timeOf(stream.epoch, stream.highest),
    firstMs: () => timeOf(stream.epoch, stream.first),
  }
}
