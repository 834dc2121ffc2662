import { classOf, type MessageClass } from '#dropcopy/classify.ts'
import type { Message } from '#fix/message.ts'
import { Tag } from '#fix/tags.ts'
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
  const time = (message.str(Tag.SendingTime) ?? '').slice(9)
  const flags = `${message.possDup ? ' resent' : ''}${possResend ? ' possible resend' : ''}${applResend ? ' by application' : ''}`
  const chain = `${seqNum}${previous > 0 ? `<${previous}` : ''}`
  return `${time}  #${message.seqNum}  ${sourceId} ${chain}${flags}  ${eventText(source)}`
}

/**
 * The same as one JSON object: names for the fields that the service added, tags for those that the
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
  const side = message.is(Tag.Side, '1') ? 'buy' : message.is(Tag.Side, '2') ? 'sell' : ''
  const words = [kindOf(message, name), side]
  const isTrade = name === 'fill' || name === 'trade-cancel' || name === 'trade-correction'
  const quantity = message.str(isTrade ? Tag.LastShares : Tag.OrderQty)
  const price = message.str(isTrade ? Tag.LastPx : Tag.Price)
  words.push(
    quantity ?? '',
    message.str(Tag.SecurityDesc) ?? message.str(Tag.Symbol) ?? '',
    price === undefined ? '' : `@ ${price}`,
  )
  const order = message.str(Tag.OrderID)
  if (order !== undefined) words.push(`order ${order}`)
  const operator = message.str(Tag.TargetSubID)
  if (operator !== undefined) words.push(`by ${operator}`)
  return words.filter((word) => word !== '').join(' ')
}

function kindOf(message: Message, name: MessageClass): string {
  if (name !== 'fill') return names[name] ?? name
  const part = message.is(Tag.MultiLegReportingType, '2')
    ? 'leg'
    : message.is(Tag.MultiLegReportingType, '3')
      ? 'spread fill'
      : 'fill'
  return message.is(Tag.OrdStatus, '2') ? `complete ${part}` : `partial ${part}`
}
