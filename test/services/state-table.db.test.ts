import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listUncovered } from '#db/queries/group/consents.ts'
import {
  type RequestAction,
  type RequestState,
  requestActions,
  requestCan,
  requestStates,
} from '#domain/request/lifecycle.ts'
import type { Result } from '#domain/result.ts'
import { withdrawConsent } from '#services/group/withdraw-consent.ts'
import { confirmApplied, expireRequests } from '#services/jobs/jobs.ts'
import { undoPublication } from '#services/publication/undo-publication.ts'
import type { Refused } from '#services/refused.ts'
import { copyAsNew } from '#services/request/copy-as-new.ts'
import { decideRequest } from '#services/request/decide-request.ts'
import { discardDraft } from '#services/request/discard-draft.ts'
import { saveDraft } from '#services/request/save-draft.ts'
import { submitRequest } from '#services/request/submit-request.ts'
import { takeBackApproval } from '#services/request/take-back.ts'
import { withdrawRequest } from '#services/request/withdraw-request.ts'
import type { FreshDb } from '#test/support/fresh-db.ts'
import { requestMoves } from '#test/support/request-moves.ts'
import type { Person, Sandbox } from '#test/support/sandbox.ts'
import {
  codeOf,
  connectorRunsAll,
  done,
  groupIdOf,
  openWorkflow,
  stateOf,
  type Workflow,
} from '#test/support/workflow.ts'

let db: FreshDb
let sandbox: Sandbox
let flow: Workflow
beforeAll(async () => {
  ;({ db, sandbox, flow } = await openWorkflow())
})
afterAll(() => db.close())

const contacts = [
  { name: 'Avery Alder', title: '', email: 'avery@alder.example', phone: '+1 312 555 0100', clearingCode: '560' },
]
const people = { contacts, connection: { line: 'existing', addresses: [] } }
const jobs = () => ({ ...sandbox.deps, asJobs: db.database.asJobs })

/** The version that a person's page would show, whatever the state. */
async function versionOf(number: number): Promise<number> {
  const [row] = await db.owner<{ version: number }[]>`
    select d.version from dc.request_drafts d join dc.requests r on r.id = d.request_id where r.number = ${number}`
  return row?.version ?? 1
}
async function shownTo(firm: string, number: number) {
  const [row] = await db.owner<{ round: number; digest: string; capacity: 'guarantor' | 'exchange' }[]>`
    select p.round, p.slice_digest as digest, p.capacity from dc.request_parties p join dc.requests r on r.id = p.request_id
    join dc.firms f on f.id = p.firm_id where r.number = ${number} and f.name = ${firm} and p.round = r.round`
  return (
    row ??
    ({ round: 1, digest: '0'.repeat(64), capacity: firm === 'Harbor Exchange' ? 'exchange' : 'guarantor' } as const)
  )
}

type Try = (number: number) => Promise<Result<unknown, Refused>>
const answer =
  (person: Person, firm: string, verdict: 'approve' | 'return' | 'reject'): Try =>
  async (number) =>
    decideRequest(
      {
        commandId: randomUUID(),
        number,
        verdict,
        reason: verdict === 'approve' ? '' : 'x',
        ...(await shownTo(firm, number)),
      },
      await sandbox.actor(person),
      sandbox.deps,
    )
const withReason =
  (command: typeof takeBackApproval | typeof withdrawRequest | typeof undoPublication, person: Person): Try =>
  async (number) =>
    command({ commandId: randomUUID(), number, reason: 'x' }, await sandbox.actor(person), sandbox.deps)

/** Every action that a person sends, sent by somebody who may: what is refused is refused for the state alone. */
const attempts: Partial<Record<RequestAction, Try>> = {
  save: async (number) =>
    saveDraft(
      { commandId: randomUUID(), number, version: await versionOf(number), step: 'people', fields: people },
      await sandbox.actor('avery'),
      sandbox.deps,
    ),
  submit: async (number) =>
    submitRequest(
      { commandId: randomUUID(), number, version: await versionOf(number) },
      await sandbox.actor('avery'),
      sandbox.deps,
    ),
  discard: async (number) =>
    discardDraft(
      { commandId: randomUUID(), number, version: await versionOf(number) },
      await sandbox.actor('avery'),
      sandbox.deps,
    ),
  'party-approve': answer('xan', 'Xenon Clearing', 'approve'),
  'party-return': answer('xan', 'Xenon Clearing', 'return'),
  'party-reject': answer('xan', 'Xenon Clearing', 'reject'),
  'take-back': withReason(takeBackApproval, 'xan'),
  'exchange-approve': answer('harper', 'Harbor Exchange', 'approve'),
  'exchange-return': answer('harper', 'Harbor Exchange', 'return'),
  'exchange-reject': answer('harper', 'Harbor Exchange', 'reject'),
  withdraw: withReason(withdrawRequest, 'avery'),
  undo: withReason(undoPublication, 'harper'),
  'copy-as-new': async (number) =>
    copyAsNew({ commandId: randomUUID(), number }, await sandbox.actor('avery'), sandbox.deps),
}

let made = 0
/** A fresh request brought to a state by the commands that lead there. */
const into: Partial<Record<RequestState, () => Promise<number>>> = {
  draft: () => {
    made += 1
    return flow.wish('avery', {
      name: `Table ${made}`,
      sources: ['K7T882'],
      contacts,
    })
  },
  'with-firms': async () => {
    const number = await into.draft!()
    done(await flow.submit('avery', number))
    return number
  },
  'with-gam': async () => {
    const number = await into['with-firms']!()
    done(await flow.decide('xan', number, 'approve'))
    return number
  },
  applying: async () => {
    const number = await into['with-gam']!()
    done(await flow.decide('harper', number, 'approve'))
    sandbox.tick(60_000) // so that it may be undone
    return number
  },
  applied: async () => {
    const number = await into.applying!()
    await connectorRunsAll(db, sandbox)
    return number
  },
  returned: async () => {
    const number = await into['with-firms']!()
    done(await flow.decide('xan', number, 'return'))
    return number
  },
  rejected: async () => {
    const number = await into['with-firms']!()
    done(await flow.decide('xan', number, 'reject'))
    return number
  },
  withdrawn: async () => {
    const number = await into['with-firms']!()
    done(await withReason(withdrawRequest, 'avery')(number))
    return number
  },
  failed: async () => {
    const number = await into.applying!()
    done(await withReason(undoPublication, 'harper')(number))
    return number
  },
  expired: async () => {
    const number = await into['with-firms']!()
    await db.owner`update dc.requests set expires_at = ${db.clock.now} where number = ${number}`
    await expireRequests(jobs())
    return number
  },
}

describe('every row of the state table', () => {
  for (const state of requestStates.filter((one) => one !== 'scheduled')) {
    test(`from ${state}: what is listed is done, everything else is refused with wrong-state`, async () => {
      let number = await into[state]!()
      for (const [name, attempt] of Object.entries(attempts)) {
        const action = name as RequestAction // the keys of `attempts` are actions
        const expected = expectedOf(action, state)
        sandbox.tick()
        expect(`${action}: ${codeOf(await attempt(number))}`).toBe(`${action}: ${expected}`)
        const after = await stateOf(db, number)
        if (expected !== 'done') expect(after).toBe(state)
        else if (after !== 'gone' && action !== 'copy-as-new')
          expect(requestMoves(action, state, after as RequestState)).toBe(true)
        if (after !== state) number = await into[state]!()
      }
    })
  }
})

/**
 * A firm sees no draft of another; an approval that was never given cannot be
 * taken back, though the state would allow it.
 */
function expectedOf(action: RequestAction, state: RequestState): string {
  if (state === 'draft' && (action.startsWith('party-') || action === 'take-back')) return 'not-found'
  if (state === 'with-firms' && action === 'take-back') return 'nothing-to-take-back'
  return requestCan(action, state) ? 'done' : 'wrong-state'
}

/** A small generator, so that a walk that fails can be walked again. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

describe('whatever people do in whatever order', () => {
  for (const seed of [1, 7]) {
    test(`no request leaves the table and nothing ever flows uncovered (walk ${seed})`, async () => {
      const next = numbersFrom(seed)
      const pick = <T>(list: readonly T[]): T => list[next(list.length)]!
      const numbers = [await into.draft!(), await into['with-firms']!(), await into['with-gam']!()]
      const moves = Object.entries(attempts).filter(([name]) => name !== 'discard')
      for (let step = 0; step < 60; step += 1) {
        const number = pick(numbers)
        const before = (await stateOf(db, number)) as RequestState
        sandbox.tick(pick([1000, 61_000]))
        const act = next(moves.length + 3)
        const [name, attempt] = moves[act] ?? ['', undefined]
        if (attempt) {
          const action = name as RequestAction
          const answered = await attempt(number)
          const after = (await stateOf(db, number)) as RequestState
          if (answered.ok && action === 'copy-as-new') numbers.push((answered.value as { number: number }).number)
          else if (answered.ok) expect(requestMoves(action, before, after)).toBe(true)
          else expect(after).toBe(before)
        } else if (act === moves.length) await connectorRunsAll(db, sandbox)
        else if (act === moves.length + 1) await confirmApplied(jobs())
        else await withdrawSomething(pick(['Table 1', `Table ${made}`, 'Cedar risk']))
        expect(await db.database.asJobs(listUncovered)).toEqual([])
      }
    })
  }

  async function withdrawSomething(name: string): Promise<void> {
    const groupId = await groupIdOf(db, name)
    if (groupId === '') return
    const input = {
      commandId: randomUUID(),
      groupId,
      sources: ['K7T882', 'R5C914'],
      mode: 'from-now-on' as const,
      reason: 'x',
    }
    await withdrawConsent(input, await sandbox.actor('xan'), sandbox.deps)
  }
})

test('the system’s own actions are in the table, and nobody else’s', () => {
  const own = Object.entries(requestActions).filter(([, row]) => row.who.some((who) => who === 'system'))
  expect(own.map(([action]) => action).sort()).toEqual(['confirm', 'expire', 'publish'])
})
