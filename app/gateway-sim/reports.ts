import { Tag } from '#fix/tags.ts'
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

/** Fields outside repeating groups may be given in any order. */
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
    [Tag.Account, order.account],
    [Tag.AvgPx, 0],
    [Tag.ClOrdID, order.clOrdId],
    [Tag.CumQty, 0],
    [Tag.ExecID, execIdOf(moment)],
    [Tag.ExecTransType, 0],
    [Tag.OrderID, order.id],
    [Tag.OrderQty, order.quantity],
    [Tag.OrdStatus, status],
    [Tag.OrdType, 2],
    [Tag.OrigClOrdID, 0],
    [Tag.Price, order.price],
    [Tag.SecurityID, order.instrument.securityId],
    [Tag.Side, order.side],
    [Tag.Symbol, order.instrument.symbol],
    ...extra,
    [Tag.TimeInForce, 0],
    [Tag.TransactTime, formatUtc(moment.nowMs)],
    ...(status === '8' ? [[Tag.OrdRejReason, 0] as const] : []),
    [Tag.SecurityDesc, order.instrument.name],
    [Tag.ExecType, status],
    [Tag.LeavesQty, open ? order.quantity - order.filled : 0],
    [Tag.SecurityType, 'FUT'],
    [Tag.ExpireDate, tradeDate(moment)],
    [Tag.ManualOrderIndicator, 'Y'],
    [Tag.RequestTime, requestTime(moment)],
    [Tag.CorrelationClOrdID, order.clOrdId],
  ])
}

export const orderReject = (order: Order, moment: Moment): string =>
  acknowledgment(order, '8', moment, [[Tag.Text, 'Market is not open for this order type']])

/** An order status answer: never copied, since it would count an order twice. */
export const statusReport = (order: Order, moment: Moment): string =>
  acknowledgment(order, '0', moment).replace('\x01150=0\x01', '\x01150=I\x01').replace('\x0120=0\x01', '\x0120=3\x01')

/** The content of every fill: of an outright order, a spread, or one leg of a spread. */
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
    [Tag.Account, order.account],
    [Tag.AvgPx, 0],
    [Tag.ClOrdID, order.clOrdId],
    [Tag.CumQty, order.filled],
    [Tag.ExecID, trade.execId],
    [Tag.ExecTransType, 0],
    [Tag.LastPx, trade.price],
    [Tag.LastShares, trade.quantity],
    [Tag.OrderID, order.id],
    [Tag.OrdStatus, status],
    [Tag.OrdType, 2],
    [Tag.OrigClOrdID, 0],
    [Tag.SecurityID, instrument.securityId],
    [Tag.Side, side],
    [Tag.Symbol, instrument.symbol],
    [Tag.TransactTime, formatUtc(moment.nowMs)],
    [Tag.TradeDate, tradeDate(moment)],
    [Tag.SecurityDesc, instrument.name],
    [Tag.ExecType, status],
    [Tag.SecurityType, 'FUT'],
    [Tag.ContraTrader, 'TRADE'],
    [Tag.ContraBroker, 'CME000A'],
    [Tag.SecondaryExecID, tie],
    [Tag.RequestTime, requestTime(moment)],
    [Tag.CorrelationClOrdID, order.clOrdId],
  ]
}

/** A fill of `quantity` at `price`; `kind` is 442: 1 outright, 3 spread. */
export function fill(order: Order, trade: Trade, kind: 1 | 3, tie: string, moment: Moment): string {
  const fields: Field[] = [
    ...execution(order, trade, order.instrument, order.side, tie, moment),
    [Tag.OrderQty, order.quantity],
    [Tag.Price, order.price],
    [Tag.TimeInForce, 0],
    [Tag.LeavesQty, order.quantity - order.filled],
    ...(kind === 3 ? [[Tag.TotalNumSecurities, order.instrument.legs.length] as const] : []),
    [Tag.ExpireDate, tradeDate(moment)],
    [Tag.MultiLegReportingType, kind],
    [Tag.AggressorIndicator, 'Y'],
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
): string => text(inOrder([...execution(order, trade, leg, side, tie, moment), [Tag.MultiLegReportingType, 2]]))

/** A bust (`H`) or a correction (`G`) of an earlier trade: 19 is the last nine characters of its 17. */
export function tradeChange(trade: Trade, status: 'H' | 'G', price: number, moment: Moment): string {
  const { order } = trade
  return text([
    [Tag.Account, order.account],
    [Tag.AvgPx, 0],
    [Tag.ClOrdID, order.clOrdId],
    [Tag.CumQty, 0],
    [Tag.ExecID, execIdOf(moment)],
    [Tag.ExecRefID, trade.execId.slice(-9)],
    [Tag.ExecTransType, status === 'H' ? 1 : 2],
    [Tag.LastPx, price],
    [Tag.LastShares, trade.quantity],
    [Tag.OrderID, order.id],
    [Tag.OrdStatus, status],
    [Tag.SecurityID, order.instrument.securityId],
    [Tag.Side, order.side],
    [Tag.Symbol, order.instrument.symbol],
    [Tag.TransactTime, formatUtc(moment.nowMs)],
    [Tag.TradeDate, tradeDate(moment)],
    [Tag.SecurityDesc, order.instrument.name],
    [Tag.ExecType, status],
    [Tag.SecurityType, 'FUT'],
    [Tag.MultiLegReportingType, 1],
    [Tag.RequestTime, requestTime(moment)],
    [Tag.CorrelationClOrdID, order.clOrdId],
  ])
}

/** Cancel reject(35=9): `responseTo` 1 cancel, 2 cancel-replace. */
export const cancelReject = (order: Order, responseTo: 1 | 2, moment: Moment): string =>
  text([
    [Tag.Account, order.account],
    [Tag.ClOrdID, order.clOrdId],
    [Tag.OrderID, order.id],
    [Tag.OrdStatus, 'U'],
    [Tag.OrigClOrdID, order.clOrdId],
    [Tag.Text, 'Order not in book'],
    [Tag.TransactTime, formatUtc(moment.nowMs)],
    [Tag.CxlRejReason, 1],
    [Tag.CxlRejResponseTo, responseTo],
    [Tag.RequestTime, requestTime(moment)],
    [Tag.CorrelationClOrdID, order.clOrdId],
  ])

/** Order Mass Action Report(BZ) over the given orders, in its repeating group of 535. */
export const massAction = (orders: readonly Order[], account: string, moment: Moment): string =>
  text([
    [Tag.Account, account],
    [Tag.ClOrdID, `MA${moment.execution}`],
    [Tag.TransactTime, formatUtc(moment.nowMs)],
    [Tag.TotalAffectedOrders, orders.length],
    orders.length > 0 ? [Tag.NoAffectedOrders, orders.length] : undefined,
    ...orders.flatMap((order) => [[Tag.OrigClOrdID, order.clOrdId] as const, [Tag.AffectedOrderID, order.id] as const]),
    [Tag.LastFragment, 'Y'],
    [Tag.ManualOrderIndicator, 'Y'],
    [Tag.MassActionReportID, `90001:${moment.execution}`],
    [Tag.MassActionType, 3],
    [Tag.MassActionScope, 10],
    [Tag.MassActionResponse, 1],
    [Tag.RequestTime, requestTime(moment)],
  ])
