import type { Message } from '#fix/message.ts'
import { MsgType, sessionTypes, Tag } from '#fix/tags.ts'

/**
 * What a source message is for Drop Copy (spec §4). A class is kept in the journal as its index here: append, never
 * reorder.
 */
export const messageClasses = [
  'unknown',
  'session',
  'never-copied',
  'fill',
  'trade-cancel',
  'trade-correction',
  'new-order',
  'cancel',
  'modify',
  'elimination',
  'mass-action',
  'order-reject',
  'cancel-reject',
  'ebs-pending',
] as const
export type MessageClass = (typeof messageClasses)[number]

/** Index in `messageClasses`. */
export type ClassCode = number

const code = (name: MessageClass): ClassCode => messageClasses.indexOf(name)
const packed = (type: string) => type.charCodeAt(0) | ((type.length > 1 ? type.charCodeAt(1) : 0) << 8)

/**
 * MsgType(35) as a number, so that comparing costs no string: first byte, second byte above it; 0 for anything longer
 * or empty.
 */
export function typeCode(bytes: Uint8Array, start: number, end: number): number {
  if (end - start === 1) return bytes[start]!
  return end - start === 2 ? bytes[start]! | (bytes[start + 1]! << 8) : 0
}

const executionReport = packed(MsgType.ExecutionReport)
const byType = new Map<number, ClassCode>([
  ...sessionTypes.map((type): [number, ClassCode] => [packed(type), code('session')]),
  // business rejects, quote and mass quote acknowledgments, security definitions: never copied
  ...[MsgType.BusinessMessageReject, 'b', 'd'].map((type): [number, ClassCode] => [packed(type), code('never-copied')]),
  [packed(MsgType.OrderMassActionReport), code('mass-action')],
  [packed(MsgType.OrderCancelReject), code('cancel-reject')],
])
const byOrdStatus = new Map<number, ClassCode>(
  (
    [
      ['1', 'fill'],
      ['2', 'fill'],
      ['H', 'trade-cancel'],
      ['G', 'trade-correction'],
      ['0', 'new-order'],
      ['4', 'cancel'],
      ['5', 'modify'],
      ['C', 'elimination'],
      ['8', 'order-reject'],
      ['6', 'ebs-pending'],
      ['E', 'ebs-pending'],
    ] as const
  ).map(([status, name]) => [packed(status), code(name)]),
)
const statusReport = packed('I')
const unknown = code('unknown')
const neverCopied = code('never-copied')

/**
 * By MsgType(35) first; an execution report by ExecType(150)=I, an order status answer, then by OrdStatus(39).
 * ExecTransType(20) is not looked at. Arguments are packed as by `typeCode`; 0: the field is absent.
 */
export function classify(msgType: number, ordStatus: number, execType: number): ClassCode {
  if (msgType !== executionReport) return byType.get(msgType) ?? unknown
  if (execType === statusReport) return neverCopied
  return byOrdStatus.get(ordStatus) ?? unknown
}

/** The class of a whole source message, or of its copy. */
export function classOf(message: Message): MessageClass {
  const value = (tag: number) => {
    const index = message.find(tag)
    return index < 0 ? 0 : typeCode(message.bytes, message.startAt(index), message.endAt(index))
  }
  return messageClasses[classify(value(Tag.MsgType), value(Tag.OrdStatus), value(Tag.ExecType))] ?? 'unknown'
}
