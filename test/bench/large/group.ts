import type { TargetPart } from '#domain/configuration/parts.ts'
import type { GroupState, Level, Protocol, TargetState } from '#domain/group/states.ts'
import type { GatewayKind } from '#domain/reference/environment.ts'
import type { EnvironmentSettings } from '#domain/reference/settings.ts'
import type { ConnectionEntry, ContactEntry, RequestDocument } from '#domain/request/document.ts'
import type { DecisionVerdict, RequestKind, RequestState } from '#domain/request/lifecycle.ts'
import type { FrozenRound } from '#domain/request/round.ts'
import type { Firm, Person, Source } from './firms.ts'

/** Instants are milliseconds; a period that has not ended has null. */
type Period = { fromMs: number; untilMs: number | null }
type Ended = { by: string; reason: () => string }

export type Decided = {
  id: string
  firmId: string
  capacity: 'guarantor' | 'exchange'
  by: Person
  verdict: DecisionVerdict
  reason: string | null
  atMs: number
}
export type Round = FrozenRound & { submittedBy: Person; submittedAtMs: number; decisions: Decided[] }

export type Request = {
  id: string
  /** Given in the order in which the requests were drafted, when all are known. */
  number: number
  owner: Firm
  group: Group | undefined
  kind: RequestKind
  state: RequestState
  rounds: Round[]
  document: RequestDocument
  draftedBy: Person
  draftedAtMs: number
  effectiveAtMs: number | null
  version: Version | undefined
  publishedAtMs: number | null
  appliedAtMs: number | null
  stateAtMs: number
  stateBy: Person | null
  stateReason: string | null
}

export type VersionPart = { kind: 'target'; objectId: string; document: TargetPart | null }
export type Version = {
  /** Given in the order of publication, when all are known. */
  number: number
  atMs: number
  cause: 'request' | 'credential' | 'emergency' | 'undo'
  causeId: string
  madeBy: Person
  group: Group
  parts: VersionPart[]
}

export type Member = Period & { source: Source; viaId: string; target: Target }
export type Consent = Period & {
  source: Source
  firm: Firm
  level: Level
  basis: 'decision' | 'submission'
  basisId: string
  ended: Ended | undefined
}
export type Contact = Period & { entry: ContactEntry; person: Person; firm: Firm; basisId: string }
export type Terms = Period & { level: Level; rejects: boolean; connection: ConnectionEntry & { allowFrom: string[] } }
export type Credential = {
  id: string
  target: Target
  by: Person
  atMs: number
  revokedAtMs: number | null
  salt: string
  sha256: string
}
export type Target = {
  id: string
  sessionId: string
  gatewayKind: GatewayKind
  state: TargetState
  pausedBy: Person | null
}
export type Stop = {
  source: Source
  firm: Firm
  revokes: boolean
  atMs: number
  by: Person
  reason: string
  version: Version
}

/** A Drop Copy Group with all that it ever was. */
export type Group = {
  id: string
  name: string
  purpose: string
  owner: Firm
  state: GroupState
  states: (Period & { state: GroupState })[]
  firstAppliedAtMs: number | null
  revision: number
  protocol: Protocol
  terms: Terms[]
  members: Member[]
  consents: Consent[]
  contacts: Contact[]
  targets: Target[]
  credentials: Credential[]
  stops: Stop[]
}

export const isOpen = ({ untilMs }: Period): boolean => untilMs === null
export const membersOf = ({ members }: Group): Member[] => members.filter(isOpen)
export const termsOf = ({ terms }: Group): Terms | undefined => terms.find(isOpen)

/** A group with nothing in it yet. */
export const emptyGroup = (id: string, owner: Firm, name: string, protocol: Protocol): Group => ({
  id,
  name,
  purpose: `Copies for ${name.toLowerCase()} of ${owner.name}.`,
  owner,
  state: 'requested',
  states: [],
  firstAppliedAtMs: null,
  revision: 0,
  protocol,
  terms: [],
  members: [],
  consents: [],
  contacts: [],
  targets: [],
  credentials: [],
  stops: [],
})

export function changeState(group: Group, state: GroupState, atMs: number): void {
  for (const one of group.states.filter(isOpen)) one.untilMs = atMs
  group.states.push({ state, fromMs: atMs, untilMs: null })
  group.state = state
}

/** The group's targets as a version publishes them now. */
export function partsOf(group: Group, settings: EnvironmentSettings, atMs: number): VersionPart[] {
  const terms = termsOf(group)
  return group.targets.map((target): VersionPart => {
    const part = { kind: 'target' as const, objectId: target.sessionId }
    if (!terms || target.state === 'closed') return { ...part, document: null }
    const sources = membersOf(group).flatMap((member) => (member.target === target ? [member.source.name] : []))
    const revoked = group.stops.filter((stop) => stop.revokes).map((stop) => stop.source.name)
    return {
      ...part,
      document: {
        sessionId: target.sessionId,
        protocol: group.protocol,
        group: group.name,
        level: terms.level,
        ...(terms.rejects && { filters: { rejects: true } }),
        sources: sources.sort(),
        revoked: [...new Set(revoked)].filter((name) => !sources.includes(name)).sort(),
        queueDepth: settings.queueDepth,
        queueGraceS: settings.queueGraceS,
        listen: settings.listen,
        ...(terms.connection.allowFrom.length > 0 && { allowFrom: terms.connection.allowFrom }),
        paused: target.state === 'paused' || group.state === 'suspended',
        credentials: group.credentials
          .filter((one) => one.target === target && one.atMs <= atMs && one.revokedAtMs === null)
          .map(({ id }) => ({ kind: 'password' as const, ref: id })),
      },
    }
  })
}
