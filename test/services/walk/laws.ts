import type { Group, Request } from './facts.ts'
import { covers, type Model } from './model.ts'
import type { Seen, SeenRequest, SeenTarget } from './observe.ts'
import { contactEmail, type Names, personOf } from './perform.ts'
import { worldKey } from './world.ts'

/** A broken law, and what was seen instead. */
export type Breach = { law: string; what: string }

/** Compare the database with what was agreed according to the model. Empty when every law holds. */
export function breaches(model: Model, names: Names, seen: Seen): Breach[] {
  const found: Breach[] = []
  const law = (title: string, told: readonly string[], wanted: readonly string[]) => {
    const more = told.filter((one) => !wanted.includes(one))
    const less = wanted.filter((one) => !told.includes(one))
    if (more.length > 0) found.push({ law: title, what: `too much: ${[...new Set(more)].join(', ')}` })
    if (less.length > 0) found.push({ law: title, what: `too little: ${[...new Set(less)].join(', ')}` })
  }
  for (const [label, group] of model.groups) {
    const id = names.groups.get(label)
    if (id === undefined) continue
    const of = <T extends { group: string }>(rows: T[] | null) => (rows ?? []).filter((row) => row.group === id)
    const targets = of(seen.targets)
    found.push(...flowing(model, label, group, targets))
    law(`${group.name} copies what was agreed and nothing else`, flowsOf(targets), wantedFlows(group))
    law(
      `consents for ${group.name} are what was agreed`,
      of(seen.consents).map((one) => `${one.source} by ${worldKey('firm', one.firm)} up to ${one.upTo} (${one.basis})`),
      [...group.agreements].map(([key, one]) => `${key.replace('/', ' by ')} up to ${one.upTo} (${one.basis})`),
    )
    law(
      `${group.name} is administered by the people whom clearing firms authorized`,
      of(seen.contacts).flatMap((one) => (one.user ? [`${one.email} for ${worldKey('firm', one.firm)}`] : [])),
      standing(model, group).map((one) => `${contactEmail(one.who)} for ${one.firm}`),
    )
    law(`what was taken back for good stays so in ${group.name}`, stillOpen(group, targets), [])
    law(
      `pauses, addresses and credentials of ${group.name} are as people left them`,
      runsOf(targets),
      wantedRuns(group, names),
    )
    const state = seen.groups?.find((one) => one.id === id)?.state ?? 'gone'
    law(`the state of ${group.name}`, [state], [group.state])
  }
  for (const [label, request] of model.requests) {
    const row = seen.requests?.find((one) => one.number === names.requests.get(label))
    law(`the state of request ${label}`, [row?.state ?? 'gone'], [request.state])
    if (row && request.round > 0) law(`who is asked in request ${label}`, askedOf(row), wantedAsks(request))
  }
  law('people and their roles', peopleOf(seen), wantedPeople(model))
  law(
    'the view `uncovered` is empty',
    (seen.uncovered ?? []).flatMap(({ source, firm }) =>
      model.unchecked.has(source) ? [] : [`${source} of ${firm ? worldKey('firm', firm) : 'nobody'}`],
    ),
    [],
  )
  return found
}

/**
 * The one invariant, for everything that the connector is told to run: every guarantor of today has agreed to every
 * source at its level.
 */
function flowing(model: Model, label: string, group: Group, targets: readonly SeenTarget[]): Breach[] {
  return targets.flatMap(({ part }) =>
    (part?.sources ?? []).flatMap((source): Breach[] => {
      if (model.unchecked.has(source)) return []
      const level = part?.level ?? 'all'
      const without = [...(model.guarantors.get(source) ?? [])].filter((firm) => {
        const agreed = group.agreements.get(`${source}/${firm}`)
        return !agreed || !covers(agreed.upTo, level)
      })
      const law = 'nothing flows without the consent of every guarantor of today'
      return without.length > 0
        ? [{ law, what: `${source} in ${label} at ${level} without ${without.join(', ')}` }]
        : []
    }),
  )
}

const flowsOf = (targets: readonly SeenTarget[]) =>
  targets.flatMap(({ part }) =>
    (part?.sources ?? []).map((source) => flow(source, part?.level ?? '', part?.filters?.rejects === true)),
  )
const wantedFlows = ({ sources, level, rejects }: Group) =>
  [...sources].map((source) => flow(source, level ?? '', rejects))
const flow = (source: string, level: string, rejects: boolean) =>
  `${source} at ${level}${rejects ? ' with rejects' : ''}`

/** Contacts count only as people of the owner or of the clearing firm that named them. */
const standing = (model: Model, group: Group) =>
  [...group.contacts.values()].filter(({ who, firm }) => {
    const own = model.firmOf(who)
    return own === group.owner || own === firm
  })

/** Sources taken back for good that a target of the group would still send on request. */
function stillOpen({ revoked }: Group, targets: readonly SeenTarget[]): string[] {
  const parts = targets.flatMap(({ part }) => (part ? [part] : []))
  if (parts.length === 0) return []
  return [...revoked.keys()].filter((source) => !parts.some((part) => part.revoked.includes(source)))
}

const runsOf = (targets: readonly SeenTarget[]) =>
  targets.flatMap(({ session, part }) =>
    part
      ? [
          `${session} ${run(
            part.paused,
            part.active ?? 'primary',
            part.credentials.map((one) => one.ref),
          )}`,
        ]
      : [],
  )
const run = (paused: boolean, active: string, credentials: readonly string[]) =>
  `${paused ? 'paused' : 'open'} on its ${active} address, credentials ${[...credentials].sort().join(' ') || 'none'}`
const wantedRuns = (group: Group, names: Names) =>
  [...group.targets].flatMap(([session, { isClosed, pausedBy, active, credentials }]) => {
    const ids = [...credentials].map((label) => names.credentials.get(label) ?? label)
    return isClosed ? [] : [`${session} ${run(pausedBy !== null, active, ids)}`]
  })

const askedOf = ({ parties }: SeenRequest) =>
  (parties ?? []).flatMap((party) =>
    party.capacity === 'exchange'
      ? []
      : [
          ask(
            worldKey('firm', party.firm),
            party.capacity,
            party.sources,
            party.contacts.map((one) => one.email),
            party.met,
          ),
        ],
  )
const wantedAsks = ({ asks }: Request) =>
  asks.map((one) =>
    ask(
      one.firm,
      one.capacity,
      one.sources,
      one.contacts.map(({ who }) => contactEmail(who)),
      one.met,
    ),
  )
function ask(
  firm: string,
  capacity: string,
  sources: readonly string[],
  contacts: readonly string[],
  met: string | null,
) {
  const what = [...sources, ...contacts].sort().join(' ')
  return `${firm} as ${capacity} for ${what || 'payment'}: ${met ? `agreed by ${met}` : 'has to answer'}`
}

const peopleOf = (seen: Seen) =>
  (seen.people ?? []).map(
    (one) => `${one.email} of ${worldKey('firm', one.firm)} is ${one.state}: ${[...one.roles].sort().join(' ')}`,
  )
const wantedPeople = (model: Model) =>
  [...model.people].map(
    ([who, { firm, isActive, roles }]) =>
      `${contactEmail(who)} of ${firm} is ${isActive ? 'active' : 'disabled'}: ${[...roles].sort().join(' ')}`,
  )

/** A new decision must be by another person than the submitter, and must name what that person was shown. */
export function decisionBreach(seen: Seen, number: number | undefined, shownDigest: string, who: string): Breach[] {
  const law = 'nobody approves their own, and a decision names what was shown'
  const row = seen.requests?.find((one) => one.number === number)
  const { decision } = seen
  const by = personOf(seen, who)?.id
  const isRight =
    decision &&
    decision.request === row?.id &&
    decision.by === by &&
    decision.submitter !== by &&
    decision.digest === shownDigest &&
    decision.firm === personOf(seen, who)?.firm
  return isRight ? [] : [{ law, what: `the newest decision is ${JSON.stringify(decision)}, not of ${who}` }]
}
