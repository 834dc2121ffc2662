import type { MessageClass } from '#dropcopy/classify.ts'
import { MsgType } from '#fix/tags.ts'
import { instruments } from './instruments.ts'
import { Random } from './random.ts'
import {
  acknowledgment,
  cancelReject,
  execIdOf,
  fill,
  legFill,
  type Moment,
  massAction,
  type Order,
  orderReject,
  statusReport,
  type Trade,
  tradeChange,
} from './reports.ts'

/** One outbound message of an order-entry session, still without number and time of sending. */
export interface FlowMessage {
  /** The source session, by its place in the list that the flow was made for. */
  readonly source: number
  readonly messageClass: MessageClass
  readonly msgType: string
  /** TargetSubID(57): the operator; empty on administrative messages. */
  readonly operator: string
  /** Everything between header and trailer. Empty: an administrative message, which only uses a number up. */
  readonly body: string
}

/** What a source session remembers. */
interface Book {
  readonly operators: readonly string[]
  readonly accounts: readonly string[]
  readonly open: Order[]
  readonly trades: Trade[]
}

const mostOpen = 40
const mostTrades = 20

/**
 * Believable order flow from a seed: orders come in, are changed, filled, cancelled. The same seed and sources give the
 * same flow on every machine; time only appears in the text, so a flow can be wound forward without knowing it.
 */
export class OrderFlow {
  private readonly random: Random
  private readonly books: readonly Book[]
  private orders = 0
  private executions = 0
  private trades = 0
  /** How many turns were taken: `wind(turns)` of a new flow leads back to this point. */
  turns = 0

  /** `generation`: flows that follow each other on one session use other order and execution IDs. */
  constructor(seed: number, sources: readonly string[], generation = 0) {
    this.random = new Random(seed + generation * 7919)
    this.orders = generation * 1_000_000
    this.executions = generation * 10_000_000
    this.trades = (generation * 1_000_000) % 10_000_000
    this.books = sources.map((id, i) => ({
      operators: [`OP${id.slice(0, 3)}1`, `OP${id.slice(0, 3)}2`, `OP${id.slice(0, 3)}3`],
      accounts: [`ACCT${String(i * 10 + 1).padStart(4, '0')}`, `ACCT${String(i * 10 + 2).padStart(4, '0')}`],
      open: [],
      trades: [],
    }))
  }

  /** One event of one session: usually one message, several for a spread fill or a mass action. */
  next(nowMs: number): FlowMessage[] {
    this.turns++
    const source = this.random.below(this.books.length)
    const book = this.books[source]
    if (!book) throw new Error('unreachable: a flow without sources')
    return this.event(source, book, nowMs)
  }

  wind(turns: number): void {
    while (this.turns < turns) this.next(0)
  }

  private event(source: number, book: Book, nowMs: number): FlowMessage[] {
    const { random } = this
    const dice = random.next()
    if (dice < 0.03) return [{ source, messageClass: 'session', msgType: MsgType.Heartbeat, operator: '', body: '' }]
    if (book.open.length === 0 || (dice < 0.36 && book.open.length < mostOpen)) {
      return dice > 0.34 ? this.reject(source, book, nowMs) : this.enter(source, book, nowMs)
    }
    if (dice < 0.44) return this.modify(source, book, nowMs)
    if (dice < 0.84) return this.execute(source, book, nowMs)
    if (dice < 0.92) return this.leave(source, book, '4', 'cancel', nowMs)
    if (dice < 0.94) return this.leave(source, book, 'C', 'elimination', nowMs)
    if (dice < 0.955) return this.massAction(source, book, nowMs)
    if (dice < 0.965) return this.changeTrade(source, book, 'H', nowMs)
    if (dice < 0.975) return this.changeTrade(source, book, 'G', nowMs)
    const order = random.pick(book.open)
    const moment = this.moment(nowMs)
    if (dice < 0.985) {
      const body = cancelReject(order, random.next() < 0.5 ? 1 : 2, moment)
      return [
        { source, messageClass: 'cancel-reject', msgType: MsgType.OrderCancelReject, operator: order.operator, body },
      ]
    }
    if (dice < 0.99) return [report(source, order, 'never-copied', statusReport(order, moment))]
    return this.execute(source, book, nowMs)
  }

  private moment(nowMs: number): Moment {
    this.executions++
    return { nowMs, execution: this.executions }
  }

  private order(book: Book): Order {
    const { random } = this
    const instrument = random.pick(instruments)
    this.orders++
    return {
      id: 700_000_000 + this.orders,
      account: random.pick(book.accounts),
      operator: random.pick(book.operators),
      instrument,
      side: random.next() < 0.5 ? 1 : 2,
      clOrdId: `CL${String(this.orders).padStart(6, '0')}`,
      quantity: random.between(1, 20),
      filled: 0,
      price: instrument.price + random.between(-6, 6),
    }
  }

  private enter(source: number, book: Book, nowMs: number): FlowMessage[] {
    const order = this.order(book)
    book.open.push(order)
    return [report(source, order, 'new-order', acknowledgment(order, '0', this.moment(nowMs)))]
  }

  private reject(source: number, book: Book, nowMs: number): FlowMessage[] {
    const order = this.order(book)
    return [report(source, order, 'order-reject', orderReject(order, this.moment(nowMs)))]
  }

  private modify(source: number, book: Book, nowMs: number): FlowMessage[] {
    const order = this.random.pick(book.open)
    this.orders++
    order.clOrdId = `CL${String(this.orders).padStart(6, '0')}`
    order.price += this.random.between(-2, 2)
    order.quantity = Math.max(order.filled + 1, order.quantity + this.random.between(-1, 3))
    return [report(source, order, 'modify', acknowledgment(order, '5', this.moment(nowMs)))]
  }

  private leave(source: number, book: Book, status: 'C' | '4', messageClass: MessageClass, nowMs: number) {
    const order = this.random.pick(book.open)
    close(book, order)
    return [report(source, order, messageClass, acknowledgment(order, status, this.moment(nowMs)))]
  }

  private execute(source: number, book: Book, nowMs: number): FlowMessage[] {
    const { random } = this
    const order = random.pick(book.open)
    const rest = order.quantity - order.filled
    const quantity = random.next() < 0.45 ? rest : random.between(1, rest)
    order.filled += quantity
    if (order.filled === order.quantity) close(book, order)
    const { legs } = order.instrument
    const tie = `X${order.id.toString(36).toUpperCase()}H${String(this.trades + 1).padStart(10, '0')}`
    const moment = this.moment(nowMs)
    const trade = this.trade(order, quantity, order.price, moment)
    const messages = [report(source, order, 'fill', fill(order, trade, legs.length > 0 ? 3 : 1, tie, moment))]
    if (legs.length === 0) remember(book, trade)
    for (const [i, leg] of legs.entries()) {
      const own = this.moment(nowMs)
      const side = (order.side === 1) === (i === 0) ? 1 : 2
      const legTrade = this.trade(order, quantity, leg.price + (i === 0 ? order.price : 0), own)
      messages.push(report(source, order, 'fill', legFill(order, legTrade, leg, side, tie, own)))
    }
    return messages
  }

  private trade(order: Order, quantity: number, price: number, moment: Moment): Trade {
    this.trades++
    return { order, execId: execIdOf(moment, this.trades), quantity, price }
  }

  private changeTrade(source: number, book: Book, status: 'H' | 'G', nowMs: number): FlowMessage[] {
    const trade = book.trades.pop()
    if (!trade) return this.modify(source, book, nowMs)
    const price = status === 'H' ? trade.price : trade.price + this.random.between(1, 3)
    const body = tradeChange(trade, status, price, this.moment(nowMs))
    return [report(source, trade.order, status === 'H' ? 'trade-cancel' : 'trade-correction', body)]
  }

  /** Some of an account's orders are taken out at once: the report, then an elimination for each. */
  private massAction(source: number, book: Book, nowMs: number): FlowMessage[] {
    const account = this.random.pick(book.accounts)
    const gone = book.open.filter((order) => order.account === account).slice(0, 6)
    const operator = this.random.pick(book.operators)
    const body = massAction(gone, account, this.moment(nowMs))
    const messages: FlowMessage[] = [
      { source, messageClass: 'mass-action', msgType: MsgType.OrderMassActionReport, operator, body },
    ]
    for (const order of gone) {
      close(book, order)
      messages.push(report(source, order, 'elimination', acknowledgment(order, 'C', this.moment(nowMs))))
    }
    return messages
  }
}

const report = (source: number, order: Order, messageClass: MessageClass, body: string): FlowMessage => ({
  source,
  messageClass,
  msgType: MsgType.ExecutionReport,
  operator: order.operator,
  body,
})

function close(book: Book, order: Order): void {
  book.open.splice(book.open.indexOf(order), 1)
}

function remember(book: Book, trade: Trade): void {
  book.trades.push(trade)
  if (book.trades.length > mostTrades) book.trades.shift()
}
