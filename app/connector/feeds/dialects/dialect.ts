import type { Exchange, SnapshotFeed } from '#domain/configuration/snapshot.ts'
import type { Canonical, NotCanonical } from '#dropcopy/canonical.ts'
import type { Message } from '#fix/message.ts'

/** Why a message is copied to nobody: no source message can be read from it. */
export type Unreadable = NotCanonical | 'several-messages'

/**
 * How one kind of gateway hands over source messages: turns the bytes of a feed into canonical messages, and tells from
 * those bytes whose message it is and whether it came before. One object serves all feeds of its kind: it holds the
 * message read last, since one message is taken in at a time.
 */
export type Dialect = {
  /** The feed's numbers are the messages' numbers: when such a feed starts again, its source starts again. */
  readonly isNumberedByFeed: boolean
  /** The source named by the message read last; '' where none could be read. */
  readonly source: string
  /** Sets the exchange's own names, before any message is read and when the names change. */
  configure(exchange: Exchange): void
  /** The source of every message of this feed; '' where each message names its own. */
  sourceOf(feed: SnapshotFeed): string
  /** Reads a message of a feed into `into`. Answers why it cannot be read; undefined: it was read. */
  read(message: Message, feed: SnapshotFeed, into: Canonical): Unreadable | undefined
  /** The market segment named by the message read last; undefined: none. */
  segment(): string | undefined
  /**
   * A digest of the fields that a resend leaves unchanged, if the source itself sent the message read last again;
   * undefined: this is the first sending.
   */
  lasting(): number | undefined
}
