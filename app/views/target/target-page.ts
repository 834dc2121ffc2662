import type { Tx } from '#db/client.ts'
import {
  findReportedTarget,
  listRefusedLogons,
  listSourceFigures,
  type ReportedTarget,
} from '#db/queries/connector/reported.ts'
import { findGroup, findTerms } from '#db/queries/group/groups.ts'
import { findFirm } from '#db/queries/people/firms.ts'
import { findUserName, listUserNames } from '#db/queries/people/people.ts'
import { findSettings } from '#db/queries/publication/publications.ts'
import { findListedTarget } from '#db/queries/standing/target-list.ts'
import { findFailOverFacts } from '#db/queries/target/fail-over.ts'
import { listSourcesOnTarget } from '#db/queries/target/target-rows.ts'
import { findTarget, listCredentials, type TargetRecord } from '#db/queries/target/targets.ts'
import { isLive, standingOf } from '#domain/credential/rotation.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { environmentSettings } from '#domain/reference/settings.ts'
import { clientAddressesOf } from '#domain/request/addresses.ts'
import { failOverConsequence, fitFailOver, inForce, otherRole } from '#domain/session/fail-over.ts'
import { noFigures } from '#domain/status/source.ts'
import { addLedgers, noLedger } from '#domain/status/state.ts'
import {
  type ActedOn,
  hasEnded,
  mayNot,
  noRoom,
  pauserOf,
  rightOn,
  type TargetAction,
  type TargetRefusal,
} from '#domain/target/rights.ts'
import { groupsOf } from '#views/group/group-rows.ts'
import type { CredentialRow, TargetView } from '#views/group/group-view.ts'
import { loadConnectors } from '#views/status/connectors.ts'
import { bySource, listFigures } from '#views/status/figures.ts'
import { targetRow } from './target-rows.ts'

const shownLogons = 20

/**
 * One target by its session id: connection data, credentials, state and figures. Seen by its owner and the exchange.
 */
export async function findTargetPage(
  tx: Tx,
  reader: Actor,
  sessionId: string,
  now: Date,
): Promise<TargetView | undefined> {
  const target = await findTarget(tx, sessionId)
  const group = target && (await findGroup(tx, target.groupId))
  const owner = group && (await findFirm(tx, group.ownerId))
  if (!target || !group || !owner) return undefined
  const { environment } = target
  const connectors = await loadConnectors(tx, reader, environment, now)
  const listed = await findListedTarget(tx, groupsOf(reader, environment, connectors, now), sessionId)
  const row = listed && targetRow(listed, connectors)
  const observed = await findReportedTarget(tx, environment, connectors.reporting, sessionId)
  const present = row ? await listSourcesOnTarget(tx, target.id, now) : []
  const figures = await listFigures(tx, environment, connectors, [sessionId])
  const reported = await listSourceFigures(tx, environment, connectors.reporting, present)
  const ledgers = bySource(figures)
  const terms = await findTerms(tx, group.id, now)
  const pauserName = (await findUserName(tx, target.pausedBy)) ?? null
  const acted = { ...target, ownerId: group.ownerId, pauserName }
  const settings = environmentSettings.safeParse(await findSettings(tx, target.environment))
  const credentials = await credentialRows(tx, target, observed, mayNot('revoke-credential', acted, reader), now)
  const failOver = await findFailOverFacts(tx, target, now)
  const live = credentials.filter((one) => one.isLive).length
  const to = otherRole(failOver.active)
  const fit = fitFailOver(failOver, to)
  const gone = {
    word: 'Paused' as const,
    text: 'Closed',
    sentence: `${sessionId} is closed: nothing is delivered on it.`,
  }
  return {
    sessionId,
    senderCompId: `${sessionId}N`,
    exchange: settings.success ? settings.data.exchange : { compId: '', subId: '' },
    groupId: group.id,
    groupName: group.name,
    ownerId: owner.id,
    ownerName: owner.name,
    environment: target.environment,
    gateway: target.gatewayKind,
    protocol: terms?.protocol ?? 'classic',
    addresses: clientAddressesOf(terms?.connection),
    wanted: target.state,
    pausedBy: pauserOf(acted) ?? null,
    pauseReason: target.pauseReason,
    delivery: row?.delivery ?? gone,
    listen: target.listen,
    inForce: inForce(failOver),
    failOver: { to, consequence: fit.ok ? failOverConsequence(failOver, to) : [] },
    sources: present.map((name) => {
      const { received, highest } = reported.get(name) ?? noFigures
      return { name, received, highest, ledger: ledgers.get(name) ?? noLedger }
    }),
    // no longer on the target, but with figures of this week
    left: figures.flatMap(({ source, ledger }) => (present.includes(source) ? [] : [{ name: source, ledger }])),
    session: observed ? sessionOf(observed) : null,
    ledger: addLedgers(figures.map((one) => one.ledger)),
    credentials,
    refusedLogons: await listRefusedLogons(
      tx,
      target.environment,
      { kind: 'target', objectId: sessionId },
      shownLogons,
    ),
    ...rightsOf(reader, acted, live, fit),
  }
}

const sessionOf = ({ state, since, address, nextIn, nextOut, ...rest }: ReportedTarget): TargetView['session'] => ({
  state,
  since,
  address,
  nextIn,
  nextOut,
  lastLogonAt: rest.lastLogonAt,
  lastLogoffAt: rest.lastLogoffAt,
  lastLogoffWhy: rest.lastLogoffWhy,
  lastSentAt: rest.lastSentAt,
  lastHeardAt: rest.lastHeardAt,
})

async function credentialRows(
  tx: Tx,
  target: TargetRecord,
  observed: ReportedTarget | undefined,
  barred: TargetRefusal | undefined,
  now: Date,
): Promise<CredentialRow[]> {
  const rows = await listCredentials(tx, target.id)
  const names = await listUserNames(
    tx,
    rows.map((row) => row.revokedBy),
  )
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    fingerprint: row.fingerprint,
    createdBy: row.createdBy,
    createdAt: row.claimedAt,
    lastUsedAt: observed?.lastCredential === row.fingerprint ? observed.lastLogonAt : null,
    expiresAt: row.expiresAt,
    revokedAt: row.revokedAt,
    standing: standingOf({ ...row, createdAt: row.claimedAt }, now),
    isLive: isLive(row, now),
    mayRevoke: rightOn('revoke-credential', barred ?? hasEnded(row, now)),
    revokedBy: row.revokedBy ? (names.get(row.revokedBy) ?? 'the exchange') : null,
  }))
}

/** What the commands would answer, for buttons that are shown disabled with the reason. */
function rightsOf(reader: Actor, target: ActedOn, live: number, fit: ReturnType<typeof fitFailOver>) {
  const right = (action: TargetAction, more?: TargetRefusal) => rightOn(action, mayNot(action, target, reader) ?? more)
  return {
    mayCreatePassword: right('create-credential', noRoom(live)),
    mayPause: right('pause'),
    mayResume: right('resume'),
    mayFailOver: right('fail-over', fit.ok ? undefined : fit.error),
  }
}
