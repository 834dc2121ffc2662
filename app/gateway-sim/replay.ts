import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { classOf, type MessageClass } from '#dropcopy/classify.ts'
import { sealFrame } from '#fix/checksum.ts'
import { decode, Message } from '#fix/message.ts'
import { isSessionType } from '#fix/tags.ts'
import { parseUtc } from '#fix/time.ts'

/** One message of a log. */
export interface LoggedMessage {
  readonly sourceId: string
  readonly msgType: string
  readonly messageClass: MessageClass
  readonly seqNum: number
  readonly lastProcessed: number
  readonly operator: string
  readonly body: string
  /** SendingTime(52), epoch ms; NaN when it cannot be read. */
  readonly sentMs: number
  /** The message as it stands in the log, SOH delimited, with a true length and checksum. */
  readonly bytes: Buffer
  /** A message of the session itself, which is never replayed: its number stays a hole. */
  readonly administrative: boolean
}

const headerTags = new Set([8, 9, 34, 35, 43, 49, 50, 52, 56, 57, 97, 122, 142, 143, 369])

/**
 * The messages of a FIX log, one a line, in its order. SOH or `|` between fields, plain or gzip (by its first bytes);
 * whatever stands before `8=FIX` on a line (a time, a direction) is passed over, lines without it too.
 * @throws when the file cannot be read
 */
export async function* readLog(path: string): AsyncGenerator<LoggedMessage> {
  const gzip = await isGzip(path)
  const file = createReadStream(path)
  const input = gzip ? file.pipe(createGunzip()) : file
  if (gzip) file.on('error', (error) => input.destroy(error))
  const lines = createInterface({ input: input.setEncoding('latin1'), crlfDelay: Number.POSITIVE_INFINITY })
  try {
    for await (const line of lines) {
      const message = readLine(line)
      if (message) yield message
    }
  } finally {
    lines.close()
    file.destroy()
  }
}

/** undefined: not a message. */
export function readLine(line: string): LoggedMessage | undefined {
  const start = line.indexOf('8=FIX')
  if (start < 0) return undefined
  const text = line.slice(start)
  const bytes = whole(text.includes('\x01') ? text : text.replaceAll('|', '\x01'))
  const message = new Message()
  if (decode(bytes, message) || message.seqNum === 0) return undefined
  let first = 0
  while (first < message.count - 1 && headerTags.has(message.tagAt(first))) first++
  const time = message.find(52)
  return {
    sourceId: (message.str(56) ?? '').slice(0, -1),
    msgType: message.msgType,
    messageClass: classOf(message),
    seqNum: message.seqNum,
    lastProcessed: message.int(369) ?? 0,
    operator: message.str(57) ?? '',
    body: bytes.toString('latin1', message.endAt(first - 1) + 1, bytes.length - 7),
    sentMs: time < 0 ? Number.NaN : parseUtc(bytes, message.startAt(time), message.endAt(time)),
    bytes,
    administrative: isSessionType(message.msgType),
  }
}

/** With a length and checksum that hold: a log with another delimiter, or cut by hand, may have others. */
function whole(text: string): Buffer {
  const end = text.lastIndexOf('\x0110=')
  const begin = text.indexOf('\x0135=')
  const content = text.slice(begin + 1, end < 0 ? undefined : end + 1)
  const head = `${text.slice(0, text.indexOf('\x01'))}\x019=${content.length}\x01`
  const out = Buffer.alloc(head.length + content.length + 7)
  out.write(head + content, 0, 'latin1')
  sealFrame(out)
  return out
}

function isGzip(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const file = createReadStream(path, { end: 1 })
    let first = Buffer.alloc(0)
    file.on('data', (chunk) => {
      first = Buffer.concat([first, Buffer.from(chunk)])
    })
    file.on('error', reject)
    file.on('end', () => resolve(first[0] === 0x1f && first[1] === 0x8b))
  })
}
