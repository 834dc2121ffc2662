import { formatUtc } from '#fix/time.ts'
import type { Instrument } from './instruments.ts'

/** An order as the simulated exchange knows it. */
export interface Order {
  readonly id: number
  readonly account: string
  readonly operator: string
  readonly instrument: Instrument
  /** 1 buy, 2 sell. */
  readonly side: 1 | 2
  clOrdId: string
  quantity: number
  filled: number
  price: number
}

/** A trade that may be busted or corrected later. */
export interface Trade {
  readonly order: Order
  readonly execId: string
  readonly quantity: number
  readonly price: number
}

/** What the reports have in common at one moment. */
export interface Moment {
  readonly nowMs: number
  /** Counts the executions of a source. */
  readonly execution: number
}

/** Fields in ascending order of their tags as a captured report has them (spec §3.1, §11), each with its SOH. */
type Field = readonly [tag: number, value: string | number]
type Fields = readonly (Field | undefined)[]

const text = (fields: Fields): string => {
  let out = ''
  for (const field of fields) if (field) out += `${field[0]}=${field[1]}\x01`
  return out
}

/** Those of no repeating group may be given in any order. */
const inOrder = (fields: Field[]): Field[] => fields.sort(([a], [b]) => a - b)

export const execIdOf = (moment: Moment, trade?: number): string =>
  `90001:${moment.execution}${trade === undefined ? '' : `TN${String(trade).padStart(7, '0')}`}`

/** RequestTime(5979): nanoseconds, the same on every sending of a message. */
const requestTime = (moment: Moment) => `${moment.nowMs}${String(moment.execution % 1_000_000).padStart(6, '0')}`
const tradeDate = (moment: Moment) => formatUtc(moment.nowMs).slice(0, 8)

/** An acknowledgment, elimination or reject: `status` is both 39 and 150. */
export function acknowledgment(order: Order, status: string, moment: Moment, extra: Fields = []): string {
  const open = status === '0' || status === '5'
  return text([
    [1, order.account],
    [6, 0],
    [11, order.clOrdId],
    [14, 0],
    [17, execIdOf(moment)],
    [20, 0],
    [37, order.id],
    [38, order.quantity],
    [39, status],
    [40, 2],
    [41, 0],
    [44, order.price],
    [48, order.instrument.securityId],
    [54, order.side],
    [55, order.instrument.symbol],
    ...extra,
    [59, 0],
    [60, formatUtc(moment.nowMs)],
    ...(status === '8' ? [[103, 0] as const] : []),
    [107, order.instrument.name],
    [150, status],
    [151, open ? order.quantity - order.filled : 0],
    [167, 'FUT'],
    [432, tradeDate(moment)],
    [1028, 'Y'],
    [5979, requestTime(moment)],
    [9717, order.clOrdId],
  ])
}

export const orderReject = (order: Order, moment: Moment): string =>
  acknowledgment(order, '8', moment, [[58, 'Market is not open for this order type']])

/** An order status answer: never copied, since it would count an order twice. */
export const statusReport = (order: Order, moment: Moment): string =>
  acknowledgment(order, '0', moment).replace('\x01150=0\x01', '\x01150=I\x01').replace('\x0120=0\x01', '\x0120=3\x01')

/** What every fill says: of an outright order, of a spread, of one leg of it. */
function execution(
  order: Order,
  trade: Trade,
  instrument: Instrument,
  side: 1 | 2,
  tie: string,
  moment: Moment,
): Field[] {
  const status = order.filled === order.quantity ? 2 : 1
  return [
    [1, order.account],
    [6, 0],
    [11, order.clOrdId],
    [14, order.filled],
    [17, trade.execId],
    [20, 0],
    [31, trade.price],
    [32, trade.quantity],
    [37, order.id],
    [39, status],
    [40, 2],
    [41, 0],
    [48, instrument.securityId],
    [54, side],
    [55, instrument.symbol],
    [60, formatUtc(moment.nowMs)],
    [75, tradeDate(moment)],
    [107, instrument.name],
    [150, status],
    [167, 'FUT'],
    [337, 'TRADE'],
    [375, 'CME000A'],
    [527, tie],
    [5979, requestTime(moment)],
    [9717, order.clOrdId],
  ]
}

/** A fill of `quantity` at `price`; `kind` is 442: 1 outright, 3 spread. */
export function fill(order: Order, trade: Trade, kind: 1 | 3, tie: string, moment: Moment): string {
  const fields: Field[] = [
    ...execution(order, trade, order.instrument, order.side, tie, moment),
    [38, order.quantity],
    [44, order.price],
    [59, 0],
    [151, order.quantity - order.filled],
    ...(kind === 3 ? [[393, order.instrument.legs.length] as const] : []),
    [432, tradeDate(moment)],
    [442, kind],
    [1057, 'Y'],
  ]
  return text(inOrder(fields))
}

/** One leg of a spread fill: no quantity, price or validity of the order (spec §3.2). */
export const legFill = (
  order: Order,
  trade: Trade,
  leg: Instrument,
  side: 1 | 2,
  tie: string,
  moment: Moment,
): string => text(inOrder([...execution(order, trade, leg, side, tie, moment), [442, 2]]))

/** A bust (`H`) or a correction (`G`) of an earlier trade: 19 is the last nine characters of its 17. */
export function tradeChange(trade: Trade, status: 'H' | 'G', price: number, moment: Moment): string {
  const { order } = trade
  return text([
    [1, order.account],
    [6, 0],
    [11, order.clOrdId],
    [14, 0],
    [17, execIdOf(moment)],
    [19, trade.execId.slice(-9)],
    [20, status === 'H' ? 1 : 2],
    [31, price],
    [32, trade.quantity],
    [37, order.id],
    [39, status],
    [48, order.instrument.securityId],
    [54, order.side],
    [55, order.instrument.symbol],
    [60, formatUtc(moment.nowMs)],
    [75, tradeDate(moment)],
    [107, order.instrument.name],
    [150, status],
    [167, 'FUT'],
    [442, 1],
    [5979, requestTime(moment)],
    [9717, order.clOrdId],
  ])
}

/** Cancel reject(35=9): `responseTo` 1 cancel, 2 cancel-replace. */
export const cancelReject = (order: Order, responseTo: 1 | 2, moment: Moment): string =>
  text([
    [1, order.account],
    [11, order.clOrdId],
    [37, order.id],
    [39, 'U'],
    [41, order.clOrdId],
    [58, 'Order not in book'],
    [60, formatUtc(moment.nowMs)],
    [102, 1],
    [434, responseTo],
    [5979, requestTime(moment)],
    [9717, order.clOrdId],
  ])

/** Order Mass Action Report(BZ) over the given orders, in its repeating group of 535. */
export const massAction = (orders: readonly Order[], account: string, moment: Moment): string =>
  text([
    [1, account],
    [11, `MA${moment.execution}`],
    [60, formatUtc(moment.nowMs)],
    [533, orders.length],
    orders.length > 0 ? [534, orders.length] : undefined,
    ...orders.flatMap((order) => [[41, order.clOrdId] as const, [535, order.id] as const]),
    [893, 'Y'],
    [1028, 'Y'],
    [1369, `90001:${moment.execution}`],
    [1373, 3],
    [1374, 10],
    [1375, 1],
    [5979, requestTime(moment)],
  ])
