import { lastProcessed, reserve, withNumbers } from '#fix/session.ts'
import { type FixPeer, steadyNowMs } from '#peer/fix-peer.ts'
import { encapsulated, type FeedHeader, gapFill, heartbeat, plain, sourceHeader, sourceMessage } from './frames.ts'
import type { GatewaySimOptions } from './options.ts'
import type { FlowMessage } from './order-flow.ts'
import type { LoggedMessage } from './replay.ts'
import { SentCounts } from './sent-counts.ts'
import { type Checkpoint, SentLog } from './sent-log.ts'

/** What a run leaves for the next one, beside the frames. */
interface Progress {
  nextIn: number
  nextOut: number
  /** The next number of each source that ever sent. */
  nextSource: Record<string, number>
  /** The flow's sources and seed; other ones begin a new generation of the flow. */
  sources: readonly string[]
  seed: number
  generation: number
  /** Turns of the flow, or messages of the log, that were taken. */
  turns: number
}

/** Numbers what is produced, keeps it, counts it, and writes it to the peer when that is logged on. */
export class Outlet {
  readonly log: SentLog
  readonly counts: SentCounts
  readonly progress: Progress
  /** The feed's number of the last message kept; 0: none since the numbers began. */
  lastNumber = 0
  private readonly options: GatewaySimOptions
  private readonly ends: FeedHeader
  private readonly exchange: { compId: string; subId: string }
  private readonly headers: readonly string[]
  private readonly plainSource: string | undefined
  private readonly peer: () => FixPeer
  private frames: Buffer[] = []

  /** @throws when a plain feed does not have exactly one source, or the file is not a state file */
  constructor(options: GatewaySimOptions, peer: () => FixPeer) {
    this.options = options
    this.peer = peer
    this.exchange = options.exchange ?? { compId: 'CME', subId: 'G' }
    if (options.dialect === 'plain' && options.sources.length !== 1)
      throw new Error('a plain feed has exactly one source')
    this.plainSource = options.dialect === 'plain' ? options.sources[0] : undefined
    this.ends = {
      ourCompId: options.ourCompId,
      theirCompId: options.theirCompId,
      subId: options.subId ?? 'GW',
      targetSubId: options.targetSubId ?? 'G',
      locationId: options.locationId ?? 'US,IL',
    }
    this.headers = options.sources.map((id) => sourceHeader(this.exchange, id))
    this.counts = new SentCounts(options.sources)
    const lastOf = new Map<string, number>()
    this.log = new SentLog(options.state, {
      frame: (seqNum, bytes) => {
        this.lastNumber = seqNum
        const found = this.counts.addFrame(bytes, this.plainSource)
        if (found) lastOf.set(found.sourceId, found.seqNum)
      },
      reset: () => {
        this.lastNumber = 0
      },
    })
    this.progress = resumed(this.log.checkpoint, options, this.lastNumber, lastOf)
  }

  get numbers(): { nextIn: number; nextOut: number } {
    return { nextIn: this.progress.nextIn, nextOut: this.progress.nextOut }
  }

  /** Number a message of the flow; an administrative one only uses its number up. */
  send(message: FlowMessage): void {
    const nowMs = steadyNowMs()
    const { session } = this.peer()
    const processed = lastProcessed(session)
    const administrative = message.body === ''
    if (this.plainSource !== undefined) {
      const seqNum = reserve(session, 1, nowMs)
      if (administrative) this.frames.push(heartbeat(this.ends, seqNum, processed, nowMs))
      else this.keep(seqNum, plain(this.ends, message, seqNum, processed, nowMs))
      if (!administrative) this.counts.add(this.plainSource, seqNum, message.messageClass)
      return
    }
    const sourceId = this.options.sources[message.source]
    if (sourceId === undefined) throw new Error('unreachable: a source that is not listed')
    const { nextSource } = this.progress
    const sourceSeqNum = nextSource[sourceId] ?? 1
    nextSource[sourceId] = sourceSeqNum + 1
    if (administrative) return
    const header = this.headers[message.source] ?? sourceHeader(this.exchange, sourceId)
    this.envelope(sourceMessage(header, message, sourceSeqNum, nowMs), nowMs)
    this.counts.add(sourceId, sourceSeqNum, message.messageClass)
  }

  /**
   * Send a message of a log under the log's own number; on a plain feed, holes are gap-filled. Returns the reason when
   * the message cannot be sent.
   */
  replay(message: LoggedMessage): 'sent' | 'source' | 'number' {
    const nowMs = steadyNowMs()
    const { sources } = this.options
    if (sources.length > 0 && !sources.includes(message.sourceId)) return 'source'
    if (this.plainSource === undefined) {
      this.envelope(message.bytes, nowMs)
    } else {
      const { session } = this.peer()
      if (message.seqNum < session.nextOut) return 'number'
      if (message.seqNum > session.nextOut) {
        this.frames.push(gapFill(this.ends, session.nextOut, message.seqNum, lastProcessed(session), nowMs))
        this.peer().session = withNumbers(session, { nextOut: message.seqNum })
      }
      const seqNum = reserve(this.peer().session, 1, nowMs)
      this.keep(seqNum, plain(this.ends, message, seqNum, message.lastProcessed, nowMs))
    }
    this.counts.add(message.sourceId, message.seqNum, message.messageClass)
    return 'sent'
  }

  /** Messages kept above this number of the feed. */
  countAbove(seqNum: number): number {
    let count = 0
    for (const _ of this.log.range(seqNum + 1, this.lastNumber)) count++
    return count
  }

  /** Everything sent so far is kept first, then written. */
  flush(): void {
    if (this.frames.length === 0) return
    this.saveCheckpoint()
    const peer = this.peer()
    if (peer.live) peer.write(Buffer.concat(this.frames))
    this.frames = []
  }

  saveCheckpoint(): void {
    const { nextIn, nextOut } = this.peer().session
    this.progress.nextIn = nextIn
    this.progress.nextOut = nextOut
    this.log.saveCheckpoint({ ...this.progress })
  }

  reset(): void {
    this.lastNumber = 0
    this.log.reset()
  }

  close(): void {
    this.saveCheckpoint()
    this.log.close()
  }

  private envelope(inner: Buffer, nowMs: number): void {
    const { session } = this.peer()
    const processed = lastProcessed(session)
    const seqNum = reserve(session, 1, nowMs)
    this.keep(seqNum, encapsulated(this.ends, seqNum, processed, nowMs, inner))
  }

  private keep(seqNum: number, bytes: Buffer): void {
    this.lastNumber = seqNum
    this.log.append(seqNum, bytes)
    this.frames.push(bytes)
  }
}

/** Goes on where the last run stopped; frames written after its last checkpoint count as well. */
function resumed(
  found: Checkpoint | undefined,
  options: GatewaySimOptions,
  lastSeqNum: number,
  lastOf: ReadonlyMap<string, number>,
): Progress {
  const { sources, seed = 1 } = options
  if (!found) return { nextIn: 1, nextOut: 1, nextSource: {}, sources, seed, generation: 0, turns: 0 }
  if (!isProgress(found)) throw new Error('the state file is of something else: its checkpoint has no numbers of ours')
  const last = found
  const nextSource = { ...last.nextSource }
  for (const [id, seqNum] of lastOf) nextSource[id] = Math.max(nextSource[id] ?? 1, seqNum + 1)
  const same = last.seed === seed && last.sources.join() === sources.join()
  const flow = same ? {} : { sources, seed, generation: last.generation + 1, turns: 0 }
  return { ...last, nextOut: Math.max(last.nextOut, lastSeqNum + 1), nextSource, ...flow }
}

/** Whether a checkpoint is what `saveCheckpoint` writes. */
function isProgress(found: Checkpoint): found is Checkpoint & Progress {
  const { nextIn, nextOut, seed, generation, turns, nextSource, sources } = found
  return (
    [nextIn, nextOut, seed, generation, turns].every(Number.isSafeInteger) &&
    typeof nextSource === 'object' &&
    nextSource !== null &&
    Object.values(nextSource).every(Number.isSafeInteger) &&
    Array.isArray(sources) &&
    sources.every((one) => typeof one === 'string')
  )
}
