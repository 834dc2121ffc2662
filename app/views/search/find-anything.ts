import type { Tx } from '#db/client.ts'
import {
  listFeedsFound,
  listFirmsFound,
  listGroupsFound,
  listPeopleFound,
  listRequestsFound,
  listSourcesFound,
  listTargetsFound,
} from '#db/queries/search/find-anything.ts'
import { groupStateWord } from '#domain/group/states.ts'
import { type Actor, may } from '#domain/people/permissions.ts'
import { type Environment, gatewayNames } from '#domain/reference/environment.ts'
import { requestKindNames, requestStateWord } from '#domain/request/lifecycle.ts'
import type { Hit, HitKind, HitsOfKind } from '#domain/search/hits.ts'
import type { Question } from '#domain/search/question.ts'

/** Rows that are listed of a kind. */
const most = 8

/** Looks among what the reader may see and open; kinds with an exact answer come first. */
export async function findAnything(
  tx: Tx,
  reader: Actor,
  environment: Environment,
  question: Question,
  now: Date,
): Promise<HitsOfKind[]> {
  const { code, name, number } = question
  const found = [
    code !== null && may(reader, 'source:read') && sources(await listSourcesFound(tx, environment, code, most)),
    code !== null && may(reader, 'target:read') && targets(await listTargetsFound(tx, environment, code, most)),
    may(reader, 'group:read') && groups(await listGroupsFound(tx, environment, name, most)),
    number !== null && may(reader, 'request:read') && requests(await listRequestsFound(tx, environment, number)),
    may(reader, 'directory:read') && firms(await listFirmsFound(tx, { name, code }, now, most)),
    may(reader, 'people:read') &&
      people(await listPeopleFound(tx, name, reader.isExchange ? null : reader.firmId, most), reader),
    may(reader, 'feed:read') && feeds(await listFeedsFound(tx, environment, name, most)),
  ]
  return found
    .filter((one) => one !== false)
    .filter(({ hits }) => hits.length > 0)
    .sort(exactFirst)
}

const exactFirst = (a: HitsOfKind, b: HitsOfKind) => Number(b.isExact) - Number(a.isExact)

type Rows<Row> = readonly (Row & { rank: number; total: number })[]

const of = <Row>(kind: HitKind, rows: Rows<Row>, hit: (row: Row) => Hit): HitsOfKind => ({
  kind,
  total: rows[0]?.total ?? 0,
  isExact: rows[0]?.rank === 0,
  hits: rows.map(hit),
})

/** What is said of a thing, without what is left out. */
const words = (...parts: (string | false | null)[]): string => parts.filter(Boolean).join(', ')

const sources = (rows: Awaited<ReturnType<typeof listSourcesFound>>) =>
  of('source', rows, ({ name, gatewayKind, isOpen }) => {
    return { id: name, title: name, detail: words(gatewayNames[gatewayKind], !isOpen && 'closed') }
  })

const targets = (rows: Awaited<ReturnType<typeof listTargetsFound>>) =>
  of('target', rows, ({ sessionId, groupName, ownerName, state }) => {
    return { id: sessionId, title: sessionId, detail: words(groupName, ownerName, state !== 'open' && state) }
  })

const groups = (rows: Awaited<ReturnType<typeof listGroupsFound>>) =>
  of('group', rows, ({ id, groupName, ownerName, state }) => {
    return { id, title: groupName, detail: words(ownerName, groupStateWord(state).toLowerCase()) }
  })

const requests = (rows: Awaited<ReturnType<typeof listRequestsFound>>) =>
  of('request', rows, ({ number, kind, state, ownerName, groupName }) => {
    const detail = words(requestKindNames[kind], groupName, ownerName, requestStateWord(state).toLowerCase())
    return { id: String(number), title: `Request ${number}`, detail }
  })

const firms = (rows: Awaited<ReturnType<typeof listFirmsFound>>) =>
  of('firm', rows, ({ id, firmName, codes }) => ({ id, title: firmName, detail: codes.join(' ') }))

const people = (rows: Awaited<ReturnType<typeof listPeopleFound>>, reader: Actor) =>
  of('person', rows, ({ email, personName, firmName, isActive }) => {
    return {
      id: email,
      title: personName,
      detail: words(email, reader.isExchange && firmName, !isActive && 'disabled'),
    }
  })

const feeds = (rows: Awaited<ReturnType<typeof listFeedsFound>>) =>
  of('feed', rows, ({ id, gatewayKind, isOpen }) => {
    return { id, title: id, detail: words(gatewayNames[gatewayKind], !isOpen && 'closed') }
  })
