import { classOf, type MessageClass } from '#dropcopy/classify.ts'
import type { Message } from '#fix/message.ts'
import type { Copy } from './read-copy.ts'

const names: Partial<Record<MessageClass, string>> = {
  'trade-cancel': 'trade cancel',
  'trade-correction': 'trade correction',
  'new-order': 'new order',
  elimination: 'eliminated',
  'mass-action': 'mass action',
  'order-reject': 'order reject',
  'cancel-reject': 'cancel reject',
  'ebs-pending': 'pending',
}

/** A copy in one line for people: time, target number, source with its number and the one before, what happened. */
export function describeCopy(message: Message, copy: Copy): string {
  const { sourceId, seqNum, previous, applResend, possResend, source } = copy
  const time = (message.str(52) ?? '').slice(9)
  const flags = `${message.possDup ? ' resent' : ''}${possResend ? ' possible resend' : ''}${applResend ? ' by application' : ''}`
  const chain = `${seqNum}${previous > 0 ? `<${previous}` : ''}`
  return `${time}  #${message.seqNum}  ${sourceId} ${chain}${flags}  ${eventText(source)}`
}

/**
 * The same as one JSON object: names for what the service added, tags for what the
 * source wrote (classic: for the whole copy).
 */
export function copyAsJson(message: Message, facts: Copy): string {
  const { source } = facts
  const fields: [string, string][] = []
  for (let i = 0; i < source.count; i++) fields.push([`${source.tagAt(i)}`, source.strAt(i)])
  return JSON.stringify({
    number: message.seqNum,
    resent: message.possDup,
    source: facts.sourceId,
    sourceNumber: facts.seqNum,
    previous: facts.previous === 0 ? null : facts.previous,
    applResend: facts.applResend,
    possResend: facts.possResend,
    class: classOf(source),
    fields,
  })
}

export const copyAsText = (message: Message): string =>
  message.bytes.toString('latin1', message.start, message.end).replaceAll('\x01', '|')

function eventText(message: Message): string {
  const name = classOf(message)
  const side = message.is(54, '1') ? 'buy' : message.is(54, '2') ? 'sell' : ''
  const words = [kindOf(message, name), side]
  const isTrade = name === 'fill' || name === 'trade-cancel' || name === 'trade-correction'
  const quantity = message.str(isTrade ? 32 : 38)
  const price = message.str(isTrade ? 31 : 44)
  words.push(quantity ?? '', message.str(107) ?? message.str(55) ?? '', price === undefined ? '' : `@ ${price}`)
  const order = message.str(37)
  if (order !== undefined) words.push(`order ${order}`)
  const operator = message.str(57)
  if (operator !== undefined) words.push(`by ${operator}`)
  return words.filter((word) => word !== '').join(' ')
}

function kindOf(message: Message, name: MessageClass): string {
  if (name !== 'fill') return names[name] ?? name
  const part = message.is(442, '2') ? 'leg' : message.is(442, '3') ? 'spread fill' : 'fill'
  return message.is(39, '2') ? `complete ${part}` : `partial ${part}`
}
