import type { DeliveryState, Ledger } from '#domain/status/state.ts'
import type { StatusVerdict } from '#domain/status/verdict.ts'
import type { ReportedFeedState } from '#domain/status/words.ts'

/** A group on the status page and in the list of groups. */
export type GroupRow = {
  id: string
  name: string
  ownerName: string
  /** 'Live', 'Requested', … */
  stateWord: string
  /** what the word means; empty for a live one */
  stateSentence: string
  isLive: boolean
  /** whether the reader sees how it is delivered: a payer does not */
  seesDelivery: boolean
  /** undefined while it is not live, and where the reader may not know */
  delivery: DeliveryState | undefined
  level: string
  sources: number
  targets: number
  ledger: Ledger
  lastSentAt: Date | null
}

export type TargetRow = {
  sessionId: string
  groupId: string
  groupName: string
  delivery: DeliveryState
  protocol: string
  sources: number
  ledger: Ledger
  lastSentAt: Date | null
}

export type SourceRow = {
  name: string
  gateway: string
  feedId: string | null
  /** names of the guarantors, by the reader's sight */
  guarantors: string[]
  groups: number
  received: number
  highest: number
  aside: number
  duplicates: number
  lastReceivedAt: Date | null
}

export type FeedRow = {
  id: string
  gateway: string
  /** null: nothing was reported of it */
  state: ReportedFeedState | null
  isConnected: boolean
  received: number
  missing: number
  lost: number
  aside: number
  duplicates: number
  lastReceivedAt: Date | null
  detail: string | null
}

export type StatusView = {
  verdict: StatusVerdict
  /** of the newest report; null: the connector never reported */
  heardAt: Date | null
  isStale: boolean
  connector: { name: string; state: string; runningVersion: number | null } | undefined
  newestVersion: number
  /** told apart by code, kind and object */
  alarms: { code: string; kind: string; objectId: string; says: string; since: Date }[]
  ledger: Ledger
  groups: GroupRow[]
  targets: TargetRow[]
  sources: SourceRow[]
  /** empty for firms: feeds are the exchange's own */
  feeds: FeedRow[]
}
