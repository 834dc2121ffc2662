import type { Tx } from '#db/client.ts'
import { listRefusedLogons, type ReportedTarget } from '#db/queries/connector/reported.ts'
import { findGroup, findTerms } from '#db/queries/group/groups.ts'
import { findFirm } from '#db/queries/people/firms.ts'
import { findUserName, listUserNames } from '#db/queries/people/people.ts'
import { findSettings } from '#db/queries/publication/publications.ts'
import { findFailOverFacts } from '#db/queries/target/fail-over.ts'
import { findTarget, listCredentials, type TargetRecord } from '#db/queries/target/targets.ts'
import { isLive, standingOf } from '#domain/credential/rotation.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { environmentSettings } from '#domain/reference/settings.ts'
import { clientAddressesOf } from '#domain/request/addresses.ts'
import { failOverConsequence, fitFailOver, inForce, otherRole } from '#domain/session/fail-over.ts'
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
import type { CredentialRow, TargetView } from '#views/group/group-view.ts'
import { type Delivery, ledgerFor, loadDelivery } from '#views/status/delivery.ts'
import { figuresOf } from '#views/status/status.ts'
import { listTargetRows } from './target-rows.ts'

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
  const delivery = await loadDelivery(tx, target.environment, now)
  const rows = await listTargetRows(tx, target.environment, delivery, now, group.id)
  const full = rows.find((one) => one.row.sessionId === sessionId)
  const terms = await findTerms(tx, group.id, now)
  const pauserName = (await findUserName(tx, target.pausedBy)) ?? null
  const acted = { ...target, ownerId: group.ownerId, pauserName }
  const settings = environmentSettings.safeParse(await findSettings(tx, target.environment))
  const credentials = await credentialRows(tx, target, full?.observed, mayNot('revoke-credential', acted, reader), now)
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
    delivery: full?.state ?? gone,
    listen: target.listen,
    inForce: inForce(failOver),
    failOver: { to, consequence: fit.ok ? failOverConsequence(failOver, to) : [] },
    sources: (full?.sources ?? []).map(({ name }) => ({
      name,
      received: figuresOf(delivery, name).received,
      highest: figuresOf(delivery, name).highest,
      ledger: ledgerFor(delivery, { sessionIds: [sessionId], sourceId: name }),
    })),
    left: leftOf(delivery, sessionId, full?.sources ?? []),
    session: full?.observed ? sessionOf(full.observed) : null,
    ledger: ledgerFor(delivery, { sessionIds: [sessionId] }),
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

/** Sources that are no longer on the target but have figures of this week. */
function leftOf(delivery: Delivery, sessionId: string, present: readonly { name: string }[]): TargetView['left'] {
  return delivery.ledger
    .filter((row) => row.sessionId === sessionId && !present.some((one) => one.name === row.sourceId))
    .map(({ sourceId, ...ledger }) => ({ name: sourceId, ledger }))
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
