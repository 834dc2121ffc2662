import type { PolicyChoice } from '#fix/policy.ts'
import type { PeerTls } from '#peer/open-socket.ts'
import type { SourceCount } from './sent-counts.ts'

/** One simulated order-entry gateway on one feed. */
export interface GatewaySimOptions {
  /** Its name in events; usually the feed's id. */
  name?: string
  /** `connect` towards a feed that accepts, `listen` for one that initiates. */
  mode: 'connect' | 'listen'
  host: string
  /** `listen`: 0 takes any free port. */
  port: number
  /** `connect`: the TLS settings of the connection; absent: in the clear. */
  tls?: PeerTls
  dialect: 'encapsulated' | 'plain'
  /** 49 and 56 of what we send. */
  ourCompId: string
  theirCompId: string
  /** 50, 57 and 142. Default: GW, G, and US,IL. */
  subId?: string
  targetSubId?: string
  locationId?: string
  /** `connect`: sent in the Logon; `listen`: asked of the peer. */
  password?: string
  /** Default 30. */
  heartbeatS?: number
  /** Default `fix`. */
  policy?: PolicyChoice
  /** 49 and 50 of the source messages. Default CME and G. */
  exchange?: { compId: string; subId: string }
  /** Source ids, session and firm; exactly one on a plain feed. None with `replay`: every source of the log. */
  sources: readonly string[]
  /** The seed of the flow. Default 1. */
  seed?: number
  /** Source messages a second over all sources, or as fast as the peer takes them. Default 10. */
  rate?: Rate
  /** Stop producing after so many source messages. Default: never. */
  count?: number
  /** Play a log instead of making up a flow: at its own pace, as fast as the peer takes it, or so many a second. */
  replay?: { path: string; pace: 'own' | Rate }
  /** Keep what was sent here, so that a later run goes on with the same numbers and can send all of it again. */
  state?: string
  onEvent?: (event: SimEvent) => void
}

export type Rate = number | 'max'

/** Events, which are printed as one JSON object a line. */
export type SimEvent =
  | { event: 'listening'; feed: string; host: string; port: number }
  | { event: 'connected'; feed: string; nextOut: number; nextIn: number }
  | { event: 'disconnected'; feed: string; reason: string }
  | ({ event: 'sent'; feed: string } & SentReport)
  /** Everything was sent once; the peer has not taken it yet. */
  | { event: 'done'; feed: string; total: number }
  /** The peer has taken everything. */
  | { event: 'acknowledged'; feed: string; total: number }
  | { event: 'resend'; feed: string; begin: number; end: number; messages: number }
  | { event: 'note'; feed: string; text: string }

export interface SentReport {
  /** Source messages sent, administrative ones not counted. */
  total: number
  /** Frames sent again in answer to Resend Requests. */
  resent: number
  sources: Record<string, SourceCount>
}
