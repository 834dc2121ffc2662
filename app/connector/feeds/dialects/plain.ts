import type { Exchange, SnapshotFeed } from '#domain/configuration/snapshot.ts'
import {
  type Canonical,
  canonicalGrowth,
  canonicalisePlain,
  type PlainOrigin,
  plainOrigin,
} from '#dropcopy/canonical.ts'
import type { Message } from '#fix/message.ts'
import { holdsSeveralMessages } from '#fix/several-messages.ts'
import type { JournalAppend } from '#journal/append.ts'
import type { Dialect, Unreadable } from './dialect.ts'

/** Source messages as they are: each message of the feed is of the feed's only source, under the feed's own number. */
export class PlainDialect implements Dialect {
  readonly isNumberedByFeed = true
  source = ''
  private exchange: Exchange = { compId: '', subId: '' }
  /** By source. */
  private origins = new Map<string, PlainOrigin>()

  constructor(private readonly journal: Pick<JournalAppend, 'memory' | 'messageRoom'>) {}

  configure(exchange: Exchange): void {
    this.exchange = exchange
    this.origins = new Map()
  }

  sourceOf({ source = '' }: SnapshotFeed): string {
    return source
  }

  /** Writes the canonical bytes where the journal will keep them: append nothing else before they are appended. */
  read(message: Message, feed: SnapshotFeed, into: Canonical): Unreadable | undefined {
    const source = feed.source ?? ''
    this.source = source
    if (holdsSeveralMessages(message)) return 'several-messages'
    const { journal } = this
    const at = journal.messageRoom(message.end - message.start + canonicalGrowth)
    return canonicalisePlain(message, this.origin(source), journal.memory, at, into)
  }

  segment(): undefined {
    return undefined
  }

  /** The digest of a plain message already leaves out what a resend changes, so no other digest is needed. */
  lasting(): undefined {
    return undefined
  }

  private origin(name: string): PlainOrigin {
    let origin = this.origins.get(name)
    if (!origin) {
      origin = plainOrigin(this.exchange, name)
      this.origins.set(name, origin)
    }
    return origin
  }
}
