import { describe, expect, test } from 'vitest'
import { classify, type MessageClass, messageClasses, typeCode } from '#dropcopy/classify.ts'

const code = (text: string) => typeCode(Buffer.from(text), 0, text.length)
const classOf = (msgType: string, ordStatus = '', execType = ''): MessageClass | undefined =>
  messageClasses[classify(code(msgType), code(ordStatus), code(execType))]

describe('a message is classified as the table of iLink 2 outbound messages says', () => {
  test.each([
    ['fill notice, partial', '8', '1', '1', 'fill'],
    ['fill notice, complete', '8', '2', '2', 'fill'],
    ['trade cancel', '8', 'H', 'H', 'trade-cancel'],
    ['trade correction', '8', 'G', 'G', 'trade-correction'],
    ['new order acknowledgment', '8', '0', '0', 'new-order'],
    ['cancel acknowledgment', '8', '4', '4', 'cancel'],
    ['modify acknowledgment', '8', '5', '5', 'modify'],
    ['elimination', '8', 'C', 'C', 'elimination'],
    ['mass action report', 'BZ', '', '', 'mass-action'],
    ['pending cancel', '8', '6', '6', 'ebs-pending'],
    ['pending replace', '8', 'E', 'E', 'ebs-pending'],
    ['order reject', '8', '8', '8', 'order-reject'],
    ['cancel reject', '9', 'U', '', 'cancel-reject'],
    ['order status acknowledgment', '8', '1', 'I', 'never-copied'],
    ['business reject', 'j', '', '', 'never-copied'],
    ['quote and mass quote acknowledgments', 'b', '', '', 'never-copied'],
    ['security definition', 'd', '', '', 'never-copied'],
    ['heartbeat', '0', '', '', 'session'],
    ['logon', 'A', '', '', 'session'],
    ['an execution report without a status', '8', '', '', 'unknown'],
    ['an execution report with a status of its own', '8', 'Z', 'Z', 'unknown'],
    ['an order', 'D', '', '', 'unknown'],
    ['a type of three characters', 'BZZ', '', '', 'unknown'],
  ] as const)('%s', (_name, msgType, ordStatus, execType, expected) => {
    expect(classOf(msgType, ordStatus, execType)).toBe(expected)
  })
})

test('a class keeps its number, which the journal holds', () => {
  expect(messageClasses).toEqual([
    ...['unknown', 'session', 'never-copied', 'fill', 'trade-cancel', 'trade-correction', 'new-order', 'cancel'],
    ...['modify', 'elimination', 'mass-action', 'order-reject', 'cancel-reject', 'ebs-pending'],
  ])
})
