import type { CopyKey } from '#connector/state/fold.ts'
import type { TargetState } from '#connector/state/state.ts'
import { joinedAfter, previousOf } from '#connector/state/waiting.ts'
import type { Wire } from '#connector/wire/wire.ts'
import type { Exchange } from '#domain/configuration/snapshot.ts'
import { classicCopyGrowth, classicTarget, writeClassicCopy } from '#dropcopy/classic-copy.ts'
import type { SourceMessage } from '#dropcopy/source-message.ts'
import type { Copying, CopySource, CopyTerms } from './copying.ts'

/** The `classic` protocol: each copy names the copy before it of the same source in 1350 (spec §3.1). */
export class ClassicCopying implements Copying {
  readonly numbersAlways = false
  private readonly target
  /** By stream: the newest copy numbered on this connection, even before its D is appended. */
  private sent: { epoch: number; head: number }[] = []

  constructor(
    exchange: Exchange,
    sessionId: string,
    private readonly state: () => TargetState,
  ) {
    this.target = classicTarget(exchange, sessionId)
  }

  /** A late message is not part of the chain. */
  previous(key: CopyKey): number {
    if (key.late) return 0
    const chain = this.state().chains[key.stream]
    const durable = chain ? previousOf(chain, key.epoch, key.number) : 0
    const sent = this.sent[key.stream]
    if (!sent) {
      this.sent[key.stream] = { epoch: key.epoch, head: key.number }
      return durable
    }
    const from = chain ? Math.max(durable, joinedAfter(chain, key.epoch, key.number)) : durable
    const previous = sent.epoch === key.epoch && sent.head > from ? sent.head : durable
    sent.epoch = key.epoch
    sent.head = key.number
    return previous
  }

  write(wire: Wire, source: SourceMessage, from: CopySource, terms: CopyTerms): void {
    const at = wire.room(source.bodyEnd - source.start + classicCopyGrowth)
    wire.written(writeClassicCopy(wire.memory.view, at, this.target, from.classic, source, terms))
  }

  restart(): void {
    this.sent = []
  }
}
