import { type PlacedTarget, place, provisionalIds } from '#domain/target/placement.ts'
import type { FeeEstimate } from '../billing/fees.ts'
import { sessionsOfOthers } from '../consent/submission.ts'
import type { Level, Protocol } from '../group/states.ts'
import type { Environment, GatewayKind } from '../reference/environment.ts'
import type { DraftDocument, RequestDocument } from './document.ts'
import type { Item } from './items.ts'
import type { Sheet, SourceFacts } from './round.ts'

export type SheetFacts = {
  environment: Environment
  owner: { id: string; name: string }
  group: { name: string } | undefined
  terms: { level: Level; rejects: boolean; protocol: Protocol } | undefined
  /** today's members of the group */
  members: readonly string[]
  /** every source named or present, as far as it is known */
  sources: ReadonlyMap<string, SourceFacts>
  targets: readonly PlacedTarget[]
  capacity: Record<GatewayKind, number>
  fee: FeeEstimate | undefined
  billTo: string
}

/** The group's terms after the change; `level` null when nothing flows any more or no level is chosen yet. */
export function termsAfter(document: RequestDocument | DraftDocument, terms: SheetFacts['terms']) {
  const protocol = terms?.protocol ?? 'classic'
  switch (document.kind) {
    case 'new-group':
      return { level: document.level || null, rejects: document.rejects, protocol: document.protocol || protocol }
    case 'change':
      return {
        level: document.level ?? terms?.level ?? null,
        rejects: document.rejects ?? terms?.rejects ?? false,
        protocol,
      }
    case 'close':
      return { level: null, rejects: false, protocol }
  }
}

/** The names of sources that are added, removed and kept, in the order of the answer's members. */
export function sourceChanges(document: RequestDocument | DraftDocument, members: readonly string[]) {
  switch (document.kind) {
    case 'new-group':
      return { added: document.sources, removed: [], kept: [] as string[] }
    case 'change': {
      const removed = document.removeSources.map((row) => row.source)
      return { added: document.addSources, removed, kept: members.filter((name) => !removed.includes(name)) }
    }
    case 'close':
      return { added: [], removed: [...members], kept: [] as string[] }
  }
}

/**
 * The what-if sheet: the effect of the request if it were published now. Targets that do not exist yet are called "new
 * target 1".
 */
export function sheetOf(document: RequestDocument | DraftDocument, items: Item[], facts: SheetFacts): Sheet {
  const terms = termsAfter(document, facts.terms)
  const { added, removed, kept } = sourceChanges(document, facts.members)
  const row = (change: 'add' | 'remove' | 'keep') => (name: string) => {
    const known = facts.sources.get(name)
    const guarantors = known?.guarantors.map((firm) => firm.name) ?? []
    const [other] = known ? sessionsOfOthers(facts.owner.id, [known]) : []
    const gatewayKind = known?.gatewayKind ?? ('cgw' as const)
    return { name, gatewayKind, guarantors, change, ...(other && { holder: other.firm }) }
  }
  return {
    group: document.kind === 'new-group' ? document.groupName : (facts.group?.name ?? ''),
    owner: facts.owner.name,
    environment: facts.environment,
    ...terms,
    items,
    sources: [...added.map(row('add')), ...removed.map(row('remove')), ...kept.map(row('keep'))],
    targets: targetsAfter(document, facts, added, removed, terms.protocol),
    fee: facts.fee ?? null,
    billTo: facts.billTo,
  }
}

function targetsAfter(
  document: RequestDocument | DraftDocument,
  facts: SheetFacts,
  added: readonly string[],
  removed: readonly string[],
  protocol: Protocol,
): Sheet['targets'] {
  if (document.kind === 'close') return []
  const present = facts.targets
    .filter((target) => target.state !== 'closed')
    .map((target) => ({ ...target, sources: target.sources.filter((name) => !removed.includes(name)) }))
  const known = added.flatMap((name) => facts.sources.get(name) ?? [])
  const { placed, created } = place(present, known, protocol, provisionalIds(), facts.capacity)
  const on = (sessionId: string) => placed.filter((one) => one.sessionId === sessionId).map((one) => one.source)
  return [
    ...present.map(({ sessionId, gatewayKind, sources }) => ({
      sessionId,
      gatewayKind,
      isNew: false,
      sources: [...sources, ...on(sessionId)],
    })),
    ...created.map(({ sessionId, gatewayKind }) => ({ sessionId, gatewayKind, isNew: true, sources: on(sessionId) })),
  ]
}
