import type { ListPage } from '#domain/list/page.ts'
import type { Sparkline } from '#domain/rollup/sparkline.ts'
import type { DeliveryState, Ledger } from '#domain/status/state.ts'
import type { StatusVerdict } from '#domain/status/verdict.ts'

/** A group on the status page and in the list of groups. */
export type GroupRow = {
  id: string
  name: string
  ownerId: string
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
  /** sources of which something was received this trading week */
  heard: number
  targets: number
  ledger: Ledger
  /** the connectors of its targets have not reported lately */
  isStale: boolean
  /** what was delivered in the last hour; undefined: a list that does not show it, or not the reader's to see */
  lastHour?: Sparkline | undefined
  /** since when copies have been waiting or held without a break */
  waitingSince: Date | null
  lastSentAt: Date | null
}

export type TargetRow = {
  sessionId: string
  groupId: string
  groupName: string
  ownerId: string
  ownerName: string
  delivery: DeliveryState
  protocol: string
  sources: number
  heard: number
  ledger: Ledger
  /** what was delivered in the last hour */
  lastHour?: Sparkline | undefined
  waitingSince: Date | null
  lastSentAt: Date | null
}

export type StatusView = {
  verdict: StatusVerdict
  /** of the newest report; null: the connector never reported */
  heardAt: Date | null
  isStale: boolean
  connector: { name: string; state: string; runningVersion: number | null } | undefined
  /** told apart by code, kind and object */
  alarms: { code: string; kind: string; objectId: string; says: string; since: Date }[]
  /** alarms beyond those */
  moreAlarms: number
  /** of all groups that the reader sees, whatever is filtered */
  ledger: Ledger
  groups: ListPage<GroupRow>
}
