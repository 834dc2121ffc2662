import type { Tx } from '#db/client.ts'
import { listSeenConnectors, type ShardRow } from '#db/queries/standing/heard.ts'
import type { Replacing } from '#db/queries/standing/shown-rank.ts'
import type { GroupStanding } from '#db/queries/standing/standings.ts'
import type { Actor } from '#domain/people/permissions.ts'
import type { Environment } from '#domain/reference/environment.ts'
import {
  type DeliveryState,
  type DeliveryWord,
  deliveryWords,
  type Heard,
  isSilent,
  type Ledger,
  noLedger,
  type OwnState,
  underConnector,
  wordsUnder,
  worstHeard,
} from '#domain/status/state.ts'

/** What is known of the connectors behind everything that the reader sees of an environment. */
export type Connectors = {
  /** the worst among the shards in which the reader's sources are copied */
  heard: Heard
  /** what is known of the connectors of these shards; without shards the same as `heard` */
  heardOf(shards: readonly string[]): Heard
  isStale: boolean
  /** messages that feeds lost this trading week before they reached us */
  lost: number
  /** those that have reported, by shard */
  reporting: { shard: string; connector: string; week: string | null }[]
  /** where it changes the states of targets and groups, for queries that sort and count by the word that is shown */
  replacing: Replacing[]
  /** the first by shard, but a silent one before others */
  shown: { connector: string; state: string; runningVersion: number | null; heardAt: Date } | undefined
}

/** One query, whatever the number of shards. */
export async function loadConnectors(
  tx: Tx,
  reader: Pick<Actor, 'isExchange'>,
  environment: Environment,
  now: Date,
): Promise<Connectors> {
  const rows = await listSeenConnectors(tx, environment)
  const heards = new Map(rows.map((row) => [row.shard, heardFrom(row, !reader.isExchange, now)]))
  const heardOf = (shards: readonly string[]) =>
    worstHeard((shards.length > 0 ? shards : [...heards.keys()]).map((shard) => heards.get(shard) ?? unheard(reader)))
  const reporting = rows.flatMap(({ shard, connector, state, heardAt, runningVersion, week }) =>
    connector && state && heardAt ? [{ shard, connector, state, heardAt, runningVersion, week }] : [],
  )
  return {
    heard: heardOf([]),
    heardOf,
    isStale: isSilent(heardOf([])),
    lost: rows.reduce((sum, row) => sum + row.lost, 0),
    reporting,
    replacing: [...heards].flatMap(([shard, heard]) => {
      const { doubt, connector } = wordsUnder(heard)
      return connector === undefined ? [] : [{ shard, doubt: rankOf(doubt), connector: rankOf(connector) }]
    }),
    shown: reporting.find(({ shard }) => isSilent(heardOf([shard]))) ?? reporting[0],
  }
}

const rankOf = (word: DeliveryWord | undefined) => (word === undefined ? null : deliveryWords.indexOf(word))

const unheard = ({ isExchange }: Pick<Actor, 'isExchange'>): Heard => ({ agoMs: undefined, isFirm: !isExchange })

function heardFrom({ heardAt, refusal, doubt, alarm }: ShardRow, isFirm: boolean, now: Date): Heard {
  return {
    agoMs: heardAt === null ? undefined : Math.max(0, now.getTime() - heardAt.getTime()),
    refusal: refusal ?? undefined,
    doubt: doubt ?? undefined,
    alarm: alarm ?? undefined,
    isFirm,
  }
}

type Stored = Pick<GroupStanding, 'word' | 'text' | 'sentence' | 'todo' | 'feed' | 'replacedBy'>

/** The state that a standing keeps, as this reader is shown it; undefined: the group is not live. */
export function shownState(stored: Stored, heard: Heard): DeliveryState | undefined {
  const { word, text, sentence, todo, feed, replacedBy } = stored
  if (word === null) return undefined
  const own: OwnState = {
    word,
    text,
    sentence,
    replacedBy,
    ...(todo !== null && { todo }),
    ...(feed !== null && { feed }),
  }
  return underConnector(own, heard)
}

type Figures = Pick<GroupStanding, 'received' | 'delivered' | 'filtered' | 'waiting' | 'held' | 'expired' | 'stopped'>

/** The figures that a standing keeps; all zero where there is none. */
export function ledgerOfStanding(kept: Figures | null): Ledger {
  if (kept === null) return noLedger
  const { received, delivered, filtered, waiting, held, expired, stopped } = kept
  return { received, delivered, filtered, waiting, held, expired, ...(stopped && { stopped }) }
}
