import type { Tx } from '#db/client.ts'
import { listSourceFigures } from '#db/queries/connector/reported.ts'
import { listSourcesById } from '#db/queries/feed/sources.ts'
import { listConsents } from '#db/queries/group/consents.ts'
import { findTerms, listMembers } from '#db/queries/group/groups.ts'
import { listRequestNumbers } from '#db/queries/request/requests.ts'
import { listPlacementsOfGroup } from '#db/queries/target/target-rows.ts'
import { levelCovers } from '#domain/group/states.ts'
import { noFigures } from '#domain/status/source.ts'
import { addLedgers, noLedger } from '#domain/status/state.ts'
import { bySource, listFigures } from '#views/status/figures.ts'
import { listGivers } from './consent-givers.ts'
import type { OpenedGroup } from './group-page.ts'
import { sessionsOf } from './group-rows.ts'
import type { GroupSource, GroupSources } from './group-view.ts'
import { listLeftSources } from './left-sources.ts'

/** The sources of a group with their figures and consents, and those that left. Ten queries, whatever their number. */
export async function listGroupSources(tx: Tx, opened: OpenedGroup): Promise<GroupSources> {
  const { group, head, reader, connectors, now } = opened
  const members = await listMembers(tx, group.id, now)
  const sessions = (await sessionsOf(tx, [group.id])).get(group.id) ?? []
  const told = head.seesAll ? undefined : reader.firmName
  const ledgers = bySource(await listFigures(tx, group.environment, connectors, sessions, told))
  const names = [...new Set([...members.map((member) => member.name), ...ledgers.keys()])]
  const figures = await listSourceFigures(tx, group.environment, connectors.reporting, names)
  const consents = await listConsents(tx, group.id, now)
  const givers = await listGivers(tx, consents)
  const level = (await findTerms(tx, group.id, now))?.level
  const ids = members.map((member) => member.sourceId)
  const rows = new Map((await listSourcesById(tx, ids, now)).map((row) => [row.id, row]))
  const placed = head.seesAll ? await listPlacementsOfGroup(tx, group.id, now) : new Map<string, string>()
  const numbers = await listRequestNumbers(
    tx,
    members.map((member) => member.viaId),
  )
  const sources = members.map((member): GroupSource => {
    const row = rows.get(member.sourceId)
    const given = (row?.guarantors ?? []).map((firm) => {
      const consent = consents.find((one) => one.sourceId === member.sourceId && one.clearingFirmId === firm.id)
      return {
        firmId: firm.id,
        firmName: firm.name,
        upToLevel: consent?.upToLevel ?? null,
        since: consent?.during.from ?? null,
        by: (consent && givers.get(consent.id)) ?? null,
        basis: consent?.basis ?? null,
      }
    })
    const request = numbers.get(member.viaId)
    const { received, lastReceivedAt } = figures.get(member.name) ?? noFigures
    return {
      name: member.name,
      gateway: row?.gatewayKind ?? 'cgw',
      sessionId: placed.get(member.sourceId) ?? null,
      since: member.since,
      via: member.via === 'request' ? (request ? `request ${request}` : 'a request') : 'a rule',
      consents: given,
      flows:
        level !== undefined &&
        given.length > 0 &&
        given.every((one) => one.upToLevel !== null && levelCovers(one.upToLevel, level)),
      received,
      ledger: ledgers.get(member.name) ?? noLedger,
      lastReceivedAt,
    }
  })
  const left = await listLeftSources(tx, group, {
    present: members.map((member) => member.name),
    sessions,
    ledgers,
    figures,
  })
  return { sources, left, ledger: addLedgers([...ledgers.values()]) }
}

/** Sources of the group that the reader's firm guarantees and may withdraw its consent for, by name. */
export async function listWithdrawable(tx: Tx, { group, reader, now }: OpenedGroup): Promise<string[]> {
  if (!reader.standings.includes('clearing-signatory')) return []
  const consents = await listConsents(tx, group.id, now)
  const own = consents.filter((one) => one.clearingFirmId === reader.firmId)
  return [...new Set(own.map((one) => one.source))].sort()
}
