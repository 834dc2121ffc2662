import type { Exchange, SnapshotFeed } from '#domain/configuration/snapshot.ts'
import type { Canonical, NotCanonical } from '#dropcopy/canonical.ts'
import type { Message } from '#fix/message.ts'

/** Why nobody gets a copy of a message, since no source message can be read from it. */
export type Unreadable = NotCanonical | 'several-messages'

/**
 * How gateways of one kind hand source messages over: what turns the bytes of their feeds into canonical messages, and
 * what those bytes say of whose message it is and whether it came before. One object serves all feeds of its kind: it
 * holds what was read last, since one message is taken in at a time.
 */
export type Dialect = {
  /** The numbers of its messages are those of the feed: where a feed starts again, its source starts again. */
  readonly isNumberedByFeed: boolean
  /** Of the message read last: the source that it names; '' where none could be read. */
  readonly source: string
  /** The exchange's own names, before any message is read and when they change. */
  configure(exchange: Exchange): void
  /** The source that every message of this feed is of; '' where each says for itself. */
  sourceOf(feed: SnapshotFeed): string
  /** Reads a message of a feed into `into`. Answers why that cannot be done; undefined: it was read. */
  read(message: Message, feed: SnapshotFeed, into: Canonical): Unreadable | undefined
  /** The market segment that the message read last names; undefined: none. */
  segment(): string | undefined
  /**
   * A digest of what a resend leaves as it was, where the source itself has sent the message read last again;
   * undefined: this is its first sending.
   */
  lasting(): number | undefined
}
