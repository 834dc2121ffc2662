import { runDueJobs, stopUncoveredSources } from '#services/jobs/jobs.ts'
import { publishReferenceData } from '#services/reference/publish-reference.ts'
import { type Act, isByPerson, type PersonsAct } from './acts.ts'
import { confirm, expire, takeEffect } from './effects.ts'
import type { Target } from './facts.ts'
import type { Lane } from './lane.ts'
import { type Breach, breaches, decisionBreach } from './laws.ts'
import { Model } from './model.ts'
import type { Seen } from './observe.ts'
import { type Names, perform, personOf } from './perform.ts'
import { hasRight, isTimely } from './rights.ts'
import { connectorReports, guarantee } from './surroundings.ts'
import { environment, worldId } from './world.ts'

/** `outcome`: done, the code of the refusal, or that nothing of that name exists. */
export type Told = { act: Act; outcome: string; breaches: Breach[] }

/** Refusals of acts that the rules allow this person now: if these passed, a walk would prove nothing. */
const unjust = [
  'not-allowed',
  'not-found',
  'not-a-party',
  'own-submission',
  'own-account',
  'wrong-state',
  'already-decided',
  'not-what-was-shown',
  'nothing-to-take-back',
  'nothing-to-withdraw',
  'already-paused',
  'not-paused',
  'unfit-failover',
  'already-revoked',
  'already-disabled',
  'contact-ended',
  'too-early',
  'stale',
  'uncovered',
  'invalid-configuration',
]

/** Acts that publish, and so check what flows. */
const publications: readonly Act['kind'][] = [
  'decide',
  'undo',
  'withdraw consent',
  'pause',
  'resume',
  'fail over',
  'create credential',
  'revoke credential',
]

/** One walk: the acts so far, as the model and as the database know them. */
export class Walk {
  constructor(
    private readonly lane: Lane,
    readonly model: Model,
    readonly names: Names,
    private seen: Seen,
  ) {}

  static async begin(lane: Lane): Promise<Walk> {
    const names = { requests: new Map(), groups: new Map(), targets: new Map(), credentials: new Map() }
    return new Walk(lane, new Model(lane.db.clock.now.getTime()), names, await lane.observer.see(lane.db.clock.now, 0))
  }

  /** A copy of the walk so far, which can continue differently. */
  fork(): Walk {
    const model = Object.assign(new Model(0), structuredClone({ ...this.model }))
    return new Walk(this.lane, model, structuredClone(this.names), this.seen)
  }

  async step(act: Act): Promise<Told> {
    this.tick(1)
    try {
      return isByPerson(act) ? await this.person(act) : await this.event(act)
    } catch (error) {
      const what = error instanceof Error ? `${error.message}: ${(error.cause as Error)?.message ?? ''}` : String(error)
      return { act, outcome: 'fault', breaches: [{ law: 'nothing ends in a fault of ours', what }] }
    }
  }

  private tick(seconds: number): void {
    const { clock } = this.lane.db
    clock.now = new Date(clock.now.getTime() + seconds * 1_000)
    this.model.nowMs = clock.now.getTime()
  }

  private async person(act: PersonsAct): Promise<Told> {
    const { model, names, lane } = this
    const isAllowed = this.isKnown(act) && hasRight(model, act) && isTimely(model, act)
    const before = this.seen
    const answer = await perform(lane, names, before, act)
    if (!answer) return { act, outcome: 'nothing', breaches: [] }
    const seen = await this.look()
    const found: Breach[] = []
    const outcome = answer.ok ? 'done' : answer.error.code
    if (answer.ok && !isAllowed) found.push({ law: 'who has no right is refused', what: 'it was done' })
    if (!answer.ok && isAllowed && unjust.includes(answer.error.code) && !this.isUnseen(act, answer.error.code))
      found.push({ law: 'what the rules allow is not refused', what: JSON.stringify(answer.error) })
    if (!answer.ok && rest(seen) !== rest(before))
      found.push({ law: 'a refused act changes nothing', what: 'something changed' })
    found.push(...auditBreach(seen, act, answer.ok ? null : answer.error.code))
    if (answer.ok && found.length === 0) {
      this.takeEffect(act, seen, answer.value)
      if (act.kind === 'decide') found.push(...this.decision(act, before, seen))
    }
    if (found.length === 0) found.push(...breaches(model, names, seen))
    return { act, outcome, breaches: found }
  }

  private async event(act: Exclude<Act, PersonsAct>): Promise<Told> {
    const { model, lane } = this
    if (act.kind === 'time passes') {
      this.tick(act.seconds)
      await runDueJobs(lane.jobs)
      await stopUncoveredSources(lane.jobs)
      confirm(model, false)
      expire(model)
      model.check()
    }
    if (act.kind === 'reference data') {
      await guarantee(lane, act)
      model.guarantees(act.source, act.firm, act.guarantees)
    }
    if (act.kind === 'publish reference data') {
      await publishReferenceData(environment, lane.jobs)
      model.check()
    }
    if (act.kind === 'connector reports') {
      await connectorReports(lane, act.state)
      if (act.state === 'running') confirm(model, true)
      else for (const { published } of model.requests.values()) if (published) published.isRefused = true
    }
    const seen = await this.look()
    return { act, outcome: 'done', breaches: breaches(model, this.names, seen) }
  }

  private async look(): Promise<Seen> {
    this.seen = await this.lane.observer.see(this.lane.db.clock.now, this.seen.seq)
    this.learnNames(this.seen)
    return this.seen
  }

  /**
   * Only the owner's people are shown a draft, though a contact or a signatory of a clearing firm may submit it, or may
   * have begun it.
   */
  private isUnseen(act: PersonsAct, code: string): boolean {
    const { model } = this
    if (code !== 'not-found' || (act.kind !== 'submit' && act.kind !== 'discard')) return false
    return model.firmOf(act.by) !== model.request(act.request).owner
  }

  private isKnown(act: PersonsAct): boolean {
    const { model } = this
    if ('request' in act && act.kind !== 'start' && !model.requests.has(act.request)) return false
    return !('group' in act && act.group && !model.groups.has(act.group))
  }

  private takeEffect(act: PersonsAct, seen: Seen, value: unknown): void {
    const { model, names } = this
    const number = numberIn(value)
    if (act.kind === 'start' && number !== undefined) names.requests.set(act.request, number)
    if (act.kind === 'copy' && number !== undefined) names.requests.set(act.copy, number)
    if (act.kind === 'create credential') names.credentials.set(act.credential, credentialIn(value))
    const row =
      'request' in act ? seen.requests?.find((one) => one.number === names.requests.get(act.request)) : undefined
    const isPublication = publications.includes(act.kind) && (act.kind !== 'decide' || isOfExchange(act))
    if (isPublication && act.kind === 'decide') model.check()
    takeEffect(model, act, row?.state)
    if (isPublication) model.check()
    if ('request' in act) {
      const request = model.requests.get(act.request)
      if (request?.group && row?.group) names.groups.set(request.group, row.group)
      if (request?.published) request.published.hasParts = row?.published !== null
    }
    this.learnNames(seen)
  }

  /**
   * Targets come with publications. The database says which of them are closed, because nothing flows on closed ones.
   */
  private learnNames({ targets }: Seen): void {
    for (const [label, id] of this.names.groups) {
      const group = this.model.groups.get(label)
      const known = this.names.targets.get(label) ?? []
      for (const { session, part } of (targets ?? []).filter((one) => one.group === id)) {
        if (!known.includes(session)) known.push(session)
        const target = group?.targets.get(session)
        if (target) target.isClosed = part === null
        else group?.targets.set(session, newTarget(part === null))
      }
      this.names.targets.set(label, known)
    }
  }

  private decision(act: PersonsAct & { kind: 'decide' }, before: Seen, seen: Seen): Breach[] {
    const number = this.names.requests.get(act.request)
    const firm = worldId('firm', this.model.firmOf(act.by) ?? '')
    const parties = before.requests?.find((one) => one.number === number)?.parties ?? []
    const shown = parties.find((party) => party.firm === firm && party.capacity === act.capacity)?.digest ?? ''
    return decisionBreach(seen, number, shown, act.by)
  }
}

const newTarget = (isClosed: boolean): Target => {
  return { pausedBy: null, active: 'primary', isClosed, credentials: new Set() }
}

const isOfExchange = ({ capacity, verdict }: PersonsAct & { kind: 'decide' }) =>
  capacity === 'exchange' && verdict === 'approve'

/** All except the trail, as one text. */
const rest = ({ seq: _seq, events: _events, ...others }: Seen): string => JSON.stringify(others)

function auditBreach(seen: Seen, act: PersonsAct, refused: string | null): Breach[] {
  const by = personOf(seen, act.by)?.id
  const events = seen.events ?? []
  const told = events.some((event) => event.actor === by && event.refused === refused)
  const law = 'every act and every refusal is in the trail'
  return told ? [] : [{ law, what: `${refused ?? 'done'}: ${JSON.stringify(events)}` }]
}

const numberIn = (value: unknown): number | undefined =>
  typeof value === 'object' && value !== null && 'number' in value && typeof value.number === 'number'
    ? value.number
    : undefined
const credentialIn = (value: unknown): string =>
  typeof value === 'object' && value !== null && 'credentialId' in value ? String(value.credentialId) : ''
