import type { EnvironmentSettings } from '#domain/reference/settings.ts'
import { agreedConnection } from '#domain/request/addresses.ts'
import type { RequestDocument } from '#domain/request/document.ts'
import { sourceChanges, termsAfter } from '#domain/request/sheet.ts'
import { sessionIdFrom } from '#domain/target/placement.ts'
import type { Draw } from './draw.ts'
import type { Firm, Person, Source } from './firms.ts'
import {
  type Consent,
  type Group,
  isOpen,
  membersOf,
  partsOf,
  type Request,
  type Round,
  type Target,
  termsOf,
  type Version,
} from './group.ts'

/** What all publications of the model share. */
export type Making = {
  draw: Draw
  exchange: Firm
  settings: EnvironmentSettings
  sources: ReadonlyMap<string, Source>
  people: ReadonlyMap<string, Person>
  usedSessionIds: Set<string>
  versions: Version[]
}

/** The wanted rows after the request's publication, and the version that it made. */
export function publish(making: Making, group: Group, request: Request, round: Round, atMs: number, by: Person): void {
  const { document } = round
  const { added, removed } = sourceChanges(
    document,
    membersOf(group).map(({ source }) => source.name),
  )
  const reason = () => `request ${request.number}`
  applyTerms(group, document, atMs)
  removeSources(group, removed, { by: round.submittedBy.id, reason }, atMs)
  for (const name of added) {
    const source = making.sources.get(name)
    if (!source) throw new Error(`a request adds ${name}, which there is not`)
    const target = targetFor(making, group, source)
    group.members.push({ source, viaId: request.id, target, fromMs: atMs, untilMs: null })
  }
  applyConsents(making, group, request, round, atMs)
  if (document.kind === 'close') closeGroup(group, atMs)
  group.revision++
  request.version = version(making, group, { cause: 'request', causeId: request.id, by }, atMs)
}

/** A version of the group's targets as they are now. */
export function version(
  { versions, settings }: Making,
  group: Group,
  { cause, causeId, by }: { cause: Version['cause']; causeId: string; by: Person },
  atMs: number,
): Version {
  const made = { number: 0, atMs, cause, causeId, madeBy: by, group, parts: partsOf(group, settings, atMs) }
  versions.push(made)
  return made
}

function applyTerms(group: Group, document: RequestDocument, atMs: number): void {
  const before = termsOf(group)
  const { level, rejects } = termsAfter(document, before && { ...before, protocol: group.protocol })
  if (document.kind === 'close' || level === null) return
  if (document.kind === 'change' && document.level === null && document.rejects === null && !document.addresses) return
  if (before) before.untilMs = atMs
  const connection =
    document.kind === 'new-group'
      ? { allowFrom: [], ...document.connection, ...agreedConnection(document.connection) }
      : {
          line: 'existing' as const,
          addresses: [],
          notes: '',
          allowFrom: [],
          ...before?.connection,
          ...(document.addresses && { allowFrom: document.addresses }),
        }
  group.terms.push({ level, rejects, connection, fromMs: atMs, untilMs: null })
}

/** Sources leave the group, and the consents for them end. */
export function removeSources(group: Group, names: readonly string[], ended: Consent['ended'], atMs: number): void {
  for (const member of membersOf(group)) if (names.includes(member.source.name)) member.untilMs = atMs
  for (const consent of group.consents)
    if (isOpen(consent) && names.includes(consent.source.name)) {
      consent.untilMs = atMs
      consent.ended = ended
    }
}

function targetFor({ draw, usedSessionIds }: Making, group: Group, { gatewayKind }: Source): Target {
  const there = group.targets.find((target) => target.gatewayKind === gatewayKind)
  if (there) return there
  let sessionId: string
  do sessionId = sessionIdFrom(Uint8Array.from({ length: 6 }, () => draw.below(256)))
  while (usedSessionIds.has(sessionId))
  usedSessionIds.add(sessionId)
  const target: Target = { id: draw.id(), sessionId, gatewayKind, state: 'open', pausedBy: null }
  group.targets.push(target)
  return target
}

/** What each guarantor agreed to becomes its consents, and the people that it was asked for its contacts. */
function applyConsents({ sources, people }: Making, group: Group, request: Request, round: Round, atMs: number): void {
  const level = termsOf(group)?.level
  if (round.document.kind === 'close' || level === undefined) return
  for (const party of round.parties) {
    if (party.capacity !== 'guarantor') continue
    const decision = request.rounds
      .flatMap(({ decisions }) => decisions)
      .findLast(({ firmId, capacity }) => firmId === party.firmId && capacity === 'guarantor')
    const basis = party.metBy === 'submission' ? 'submission' : 'decision'
    const basisId = basis === 'decision' ? (decision?.id ?? request.id) : request.id
    const firm = group.owner.clearers.find(({ id }) => id === party.firmId)
    if (!firm) throw new Error(`${party.firmId} does not clear for ${group.owner.name}`)
    for (const name of party.slice.sources) {
      const source = sources.get(name)
      if (source)
        group.consents.push({ source, firm, level, basis, basisId, ended: undefined, fromMs: atMs, untilMs: null })
    }
    for (const entry of party.slice.contacts) {
      const person = people.get(entry.email)
      if (person) group.contacts.push({ entry, person, firm, basisId: request.id, fromMs: atMs, untilMs: null })
    }
  }
}

function closeGroup(group: Group, atMs: number): void {
  for (const one of [...group.terms, ...group.contacts].filter(isOpen)) one.untilMs = atMs
  for (const target of group.targets) target.state = 'closed'
}
