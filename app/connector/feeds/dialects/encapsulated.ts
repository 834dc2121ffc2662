import type { SnapshotFeed } from '#domain/configuration/snapshot.ts'
import {
  type Canonical,
  canonicaliseInner,
  innerSourceId,
  lastingDigest,
  type NotCanonical,
  unwrap,
} from '#dropcopy/canonical.ts'
import { lacksValue } from '#dropcopy/standard-header.ts'
import { Message } from '#fix/message.ts'
import { holdsSeveralMessages } from '#fix/several-messages.ts'
import { MsgType, Tag } from '#fix/tags.ts'
import type { Dialect, Unreadable } from './dialect.ts'

/** Messages of many sources, each whole inside 213 of an XML message, with its own number and header. */
export class EncapsulatedDialect implements Dialect {
  readonly isNumberedByFeed = false
  source = ''
  private readonly inner = new Message(256)

  configure(): void {}

  sourceOf(): string {
    return ''
  }

  read(message: Message, _feed: SnapshotFeed, into: Canonical): Unreadable | undefined {
    const { inner } = this
    this.source = ''
    if (holdsSeveralMessages(message)) return 'several-messages'
    const wrong = this.unwrap(message)
    if (wrong) return wrong
    this.source = innerSourceId(inner)
    return holdsSeveralMessages(inner) ? 'several-messages' : canonicaliseInner(message, inner, into)
  }

  /** The segment that tag 50 names (spec §3.3). */
  segment(): string | undefined {
    return this.inner.str(Tag.SenderSubID)
  }

  lasting(): number | undefined {
    return this.inner.possDup ? lastingDigest(this.inner) : undefined
  }

  private unwrap(message: Message): NotCanonical | undefined {
    if (message.fault && lacksValue(message)) return 'bad-field'
    return message.msgType === MsgType.XmlNonFix ? unwrap(message, this.inner) : 'no-envelope'
  }
}
