import {
  BATCH_BYTES,
  D,
  D_BYTES,
  H,
  I,
  M,
  M_BYTES,
  type Memory,
  memoryOf,
  PADDING,
  recordBytes,
  S,
  S_BYTES,
  TRAILER_BYTES,
  UnknownFormatError,
  X,
  X_BYTES,
} from './layout.ts'
import type {
  ControlRecord,
  DeliveryRecord,
  HeadRecord,
  InboundRecord,
  JournalRecord,
  MessageRecord,
  SessionRecord,
} from './records.ts'

const none = Buffer.alloc(0)
const nowhere = { position: 0, batch: 0, wallClockMs: 0 }
const noBytes = { bytes: none, start: 0, end: 0 }
const noMemory = memoryOf(none)

/** Turns bytes into records, always the same objects: no allocation per record. */
export class RecordDecoder {
  /** Number and wall clock of the decoded records, until a header sets others. */
  batch = 0
  wallClockMs = 0

  private readonly message: MessageRecord = {
    type: 'M',
    ...nowhere,
    ...noBytes,
    ...noMemory,
    class: 0,
    flags: 0,
    stream: 0,
    epoch: 0,
    feed: 0,
    feedEpoch: 0,
    number: 0,
    feedNumber: 0,
    digest: 0,
    bodyAt: 0,
    at797: 0,
  }
  private readonly delivery: DeliveryRecord = {
    type: 'D',
    ...nowhere,
    target: 0,
    epoch: 0,
    kind: 0,
    firstNumber: 0,
    sendingTimeMs: 0,
    count: 0,
    messages: new Float64Array(256),
    chain: new Float64Array(256),
  }
  private readonly session: SessionRecord = {
    type: 'S',
    ...nowhere,
    ...noBytes,
    session: 0,
    epoch: 0,
    number: 0,
    msgType: 0,
  }
  private readonly inbound: InboundRecord = { type: 'I', ...nowhere, session: 0, next: 0 }
  private readonly control: ControlRecord = { type: 'X', ...nowhere, ...noBytes, kind: 0 }
  private readonly head: HeadRecord = { type: 'H', ...nowhere, ...noBytes }

  /** Reads the batch header at `at`: the records that follow belong to it. */
  enter({ view }: Memory, at: number): void {
    this.batch = view.getFloat64(at + 16, true)
    this.wallClockMs = view.getFloat64(at + 24, true)
  }

  /** The whole record at `at`. @throws when no record begins there */
  decode(memory: Memory, at: number, position: number): JournalRecord {
    const record = this.fill(memory, at, position)
    record.position = position
    record.batch = this.batch
    record.wallClockMs = this.wallClockMs
    return record
  }

  private fill(memory: Memory, at: number, position: number): JournalRecord {
    const { view } = memory
    switch (view.getUint8(at)) {
      case M:
        return this.fillMessage(memory, at)
      case D:
        return this.fillDelivery(memory, at, position)
      case S:
        this.session.msgType = view.getUint8(at + 1)
        this.session.session = view.getUint16(at + 2, true)
        this.session.number = view.getUint32(at + 4, true)
        this.session.epoch = view.getUint16(at + 8, true)
        return place(this.session, memory, at + S_BYTES, view.getUint16(at + 10, true))
      case I:
        this.inbound.session = view.getUint16(at + 2, true)
        this.inbound.next = view.getUint32(at + 4, true)
        return this.inbound
      case X:
        this.control.kind = view.getUint8(at + 1)
        return place(this.control, memory, at + X_BYTES, view.getUint32(at + 4, true))
      case H:
        return place(this.head, memory, at + X_BYTES, view.getUint32(at + 4, true))
      default:
        throw new UnknownFormatError(`a record of type ${view.getUint8(at)} at position ${position}`)
    }
  }

  private fillMessage(memory: Memory, at: number): MessageRecord {
    const { view } = memory
    const m = this.message
    m.class = view.getUint8(at + 1)
    m.flags = view.getUint16(at + 2, true)
    m.stream = view.getUint16(at + 8, true)
    m.epoch = view.getUint16(at + 10, true)
    m.feed = view.getUint16(at + 12, true)
    m.bodyAt = view.getUint16(at + 14, true)
    m.number = view.getUint32(at + 16, true)
    m.feedNumber = view.getUint32(at + 20, true)
    m.digest = view.getUint32(at + 24, true)
    m.at797 = view.getUint16(at + 28, true)
    m.feedEpoch = view.getUint16(at + 30, true)
    m.view = view
    return place(m, memory, at + M_BYTES, view.getUint32(at + 4, true))
  }

  private fillDelivery({ view, bytes }: Memory, at: number, position: number): DeliveryRecord {
    const d = this.delivery
    d.kind = view.getUint8(at + 1)
    d.epoch = view.getUint16(at + 2, true)
    d.target = view.getUint16(at + 4, true)
    d.count = view.getUint16(at + 6, true)
    d.firstNumber = view.getUint32(at + 12, true)
    d.sendingTimeMs = view.getFloat64(at + 16, true)
    if (d.messages.length < d.count) {
      d.messages = new Float64Array(d.count * 2)
      d.chain = new Float64Array(d.count * 2)
    }
    let next = at + D_BYTES
    for (let i = 0; i < d.count; i++) {
      next = readVarint(bytes, next)
      d.messages[i] = position - varint
      next = readVarint(bytes, next)
      d.chain[i] = varint
    }
    return d
  }
}

function place<R extends { bytes: Buffer; start: number; end: number }>(
  record: R,
  memory: Memory,
  start: number,
  length: number,
): R {
  record.bytes = memory.bytes
  record.start = start
  record.end = start + length
  return record
}

/** The value that readVarint read: a second result without an object. */
let varint = 0

function readVarint(bytes: Buffer, at: number): number {
  // within the record, whose length was checked
  let byte = bytes[at++]!
  let value = byte & 127
  for (let scale = 128; byte > 127; scale *= 128) {
    byte = bytes[at++]!
    value += (byte & 127) * scale
  }
  varint = value
  return at
}

/** Write `value`, an integer from 0 to 2^53, 7 bits a byte, lowest first. Returns the offset behind it. */
export function writeVarint(bytes: Buffer, at: number, value: number): number {
  let rest = value
  while (rest >= 0x10000000) {
    bytes[at++] = (rest % 128) | 128
    rest = Math.floor(rest / 128)
  }
  while (rest > 127) {
    bytes[at++] = (rest & 127) | 128
    rest >>>= 7
  }
  bytes[at++] = rest
  return at
}

/**
 * Call `visit` with every record of the valid batch at `at`, whose first byte has this position. The trailer does not
 * matter.
 */
export function eachRecord(
  decoder: RecordDecoder,
  memory: Memory,
  at: number,
  position: number,
  visit: (record: JournalRecord, at: number) => void,
): void {
  const end = at + memory.view.getUint32(at + 4, true) - TRAILER_BYTES
  decoder.enter(memory, at)
  let next = at + BATCH_BYTES
  while (next < end && memory.view.getUint8(next) !== PADDING) {
    const bytes = recordBytes(memory.view, next, end - next)
    visit(decoder.decode(memory, next, position + next - at), next)
    next += bytes
  }
}
