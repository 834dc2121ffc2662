import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checksumHolds } from '#fix/checksum.ts'
import { encode, type Field } from '#fix/encode.ts'
import { Framer } from '#fix/framer.ts'
import { memoryOf } from '#fix/memory.ts'
import { decode, Message } from '#fix/message.ts'

/** `|` stands for SOH in everything a test reads or writes. */
export const wire = (text: string): Buffer => Buffer.from(text.replaceAll('|', '\x01'), 'latin1')
export const readable = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1').replaceAll('\x01', '|')

/** The constructed example messages of spec §11, by name (C1 … C21 Classic, D1 … D4 Drop Copy 4.0). */
export const examples: ReadonlyMap<string, string> = new Map(
  readFileSync(join(import.meta.dirname, 'messages.txt'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => {
      const space = line.indexOf(' ')
      return [line.slice(0, space), line.slice(space + 1)] as const
    }),
)

export function example(name: string): string {
  const text = examples.get(name)
  if (text === undefined) throw new Error(`no example ${name}`)
  return text
}

/** Whether CheckSum(10) of a whole frame is the true one. */
export const isSealed = (frame: Buffer): boolean => checksumHolds(memoryOf(frame).view, 0, frame.length)

export function decoded(frame: Buffer): Message {
  const message = new Message()
  decode(frame, message)
  return message
}

/** Every field, in order, with its value's bytes as text. */
export const fieldsOf = (message: Message): [number, string][] =>
  Array.from({ length: message.count }, (_, i) => [message.tagAt(i), message.strAt(i)])

/** What `encode` needs to write the message again. */
export const encodable = (message: Message): Field[] =>
  Array.from({ length: message.count }, (_, i): Field => {
    const value = message.bytes.subarray(message.startAt(i), message.endAt(i))
    return [message.tagAt(i), message.tagAt(i) === 213 ? value : value.toString('latin1')]
  }).filter(([tag]) => ![8, 9, 10].includes(tag))

/** Everything a framer says of a stream cut into these chunks: frames, and faults as `!reason`. */
export function framed(chunks: readonly Buffer[], limit = 64 * 1024): string[] {
  const framer = new Framer(limit)
  const said: string[] = []
  for (const chunk of chunks) {
    framer.push(chunk)
    for (let status = framer.next(); status !== 'more'; status = framer.next()) {
      said.push(status === 'frame' ? readable(framer.frame) : `!${framer.fault}`)
    }
  }
  return said
}

/** Cut a stream at these places (any order, any number). */
export function cut(stream: Buffer, places: readonly number[]): Buffer[] {
  const at = [...new Set([0, ...places.map((place) => place % (stream.length + 1)), stream.length])].sort(
    (a, b) => a - b,
  )
  return at.slice(1).map((end, i) => stream.subarray(at[i], end))
}

/** A message of the sample client, flagged as resent, so that a number seen before is dropped. */
export function message(msgType: string, seqNum: number): Message {
  const header: Field[] = [
    [35, msgType],
    [34, seqNum],
    [43, msgType === 'A' ? 'N' : 'Y'],
    [49, 'ODQ1Z9N'],
    [52, '20240304-13:00:00.000'],
    [56, 'CME'],
    [122, '20240304-13:00:00.000'],
  ]
  return decoded(encode(msgType === 'A' ? [...header.slice(0, -1), [98, 0], [108, 30]] : header))
}
