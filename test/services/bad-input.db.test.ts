import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listUncovered } from '#db/queries/group/consents.ts'
import { withdrawConsent } from '#services/group/withdraw-consent.ts'
import { decideRequest } from '#services/request/decide-request.ts'
import { discardDraft } from '#services/request/discard-draft.ts'
import { saveDraft } from '#services/request/save-draft.ts'
import { startRequest } from '#services/request/start-request.ts'
import { submitRequest } from '#services/request/submit-request.ts'
import { pauseTarget } from '#services/target/pause-target.ts'
import { resumeTarget } from '#services/target/resume-target.ts'
import type { FreshDb } from '#test/support/fresh-db.ts'
import type { Sandbox } from '#test/support/sandbox.ts'
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

const avery = { name: 'Avery Alder', email: 'avery@alder.example', clearingCode: '560' }
let count = 0
/** A fresh request of Alder for these sources, submitted. */
async function submitted(sources: string[], clearingCode = '560'): Promise<number> {
  count += 1
  const number = await flow.wish('avery', {
    name: `Bad input ${count}`,
    sources,
    contacts: [{ ...avery, clearingCode }],
  })
  done(await flow.submit('avery', number))
  return number
}
const sourceId = async (session: string) => {
  const [row] = await db.owner<{ id: string }[]>`select id from dc.source_sessions where session_code = ${session}`
  return row?.id ?? ''
}
const setSource = (session: string, state: string) =>
  db.owner`update dc.source_sessions set state = ${state} where session_code = ${session}`

describe('a form sent twice', () => {
  test('does its work once and answers the same', async () => {
    const input = { commandId: randomUUID(), kind: 'new-group' as const, environment: 'sandbox' as const }
    const me = await sandbox.actor('avery')
    const both = await Promise.all([startRequest(input, me, sandbox.deps), startRequest(input, me, sandbox.deps)])
    expect(both[0]).toEqual(both[1])
    expect(done(await startRequest(input, me, sandbox.deps))).toEqual(done(both[0]))
    const other = await startRequest(input, await sandbox.actor('casey'), sandbox.deps)
    expect(codeOf(other)).toBe('not-found')
  })

  test('with other content is another command: nothing is said to be saved that is not', async () => {
    const number = await flow.wish('avery', { name: 'Gone back', sources: ['K7T882'], contacts: [avery] })
    const me = await sandbox.actor('avery')
    const version = (await flow.draftPage('avery', number))?.version ?? 0
    const form = { commandId: randomUUID(), number, version, step: 'group' as const }
    const first = { ...form, fields: { groupName: 'Gone back', purpose: 'First text' } }
    const second = { ...form, fields: { groupName: 'Gone back', purpose: 'Second text' } }
    const saved = done(await saveDraft(first, me, sandbox.deps))
    expect(await saveDraft(second, me, sandbox.deps)).toMatchObject({ ok: false, error: { code: 'stale' } })
    // an answer that was lost on its way is given again
    expect(done(await saveDraft(first, me, sandbox.deps))).toEqual(saved)
    done(await saveDraft({ ...second, version: saved.version }, me, sandbox.deps))
    expect((await flow.draftPage('avery', number))?.document).toMatchObject({ purpose: 'Second text' })
  })

  test('with content that it had before is sent anew, and only what was asked last is repeated', async () => {
    const { sessionId } = sandbox.seeded.client
    const input = { commandId: randomUUID(), sessionId, reason: 'Line test.' }
    const me = await sandbox.actor('casey')
    const [pause, resume] = [() => pauseTarget(input, me, sandbox.deps), () => resumeTarget(input, me, sandbox.deps)]
    const state = async () => (await db.owner`select state from dc.targets where session_id = ${sessionId}`)[0]?.state
    const first = done(await pause())
    expect(done(await pause())).toEqual(first)
    const back = done(await resume())
    expect(await state()).toBe('open')
    const again = await Promise.all([pause(), pause()])
    expect(again[0]).toEqual(again[1])
    expect(done(again[0]!).version).toBeGreaterThan(back.version)
    expect(await state()).toBe('paused')
    const events = await db.owner`
      select action from dc.audit_events where object_id = ${sessionId} and action like 'target.%' order by seq`
    expect(events.map(({ action }) => action)).toEqual(['target.pause', 'target.resume', 'target.pause'])
    expect(await db.owner`select run from dc.commands where id = ${input.commandId} order by run`).toHaveLength(3)
  })

  test('as another act is another command, of the same person alone', async () => {
    const commandId = randomUUID()
    const open = async (person: 'avery' | 'casey', ownerId?: string) => {
      const input = { commandId, kind: 'new-group' as const, environment: 'sandbox' as const, ownerId }
      return startRequest(input, await sandbox.actor(person), sandbox.deps)
    }
    const { number } = done(await open('avery'))
    const version = (await flow.draftPage('avery', number))?.version ?? 0
    const me = await sandbox.actor('avery')
    expect(codeOf(await discardDraft({ commandId, number, version }, me, sandbox.deps))).toBe('done')
    expect(codeOf(await open('casey'))).toBe('not-found')
    expect(codeOf(await open('casey', randomUUID()))).toBe('not-found') // the key is not theirs, whatever they ask
  })

  test('makes one round of a submission', async () => {
    const number = await flow.wish('avery', { name: 'Twice', sources: ['K7T882'], contacts: [avery] })
    const version = (await flow.draftPage('avery', number))?.version ?? 0
    const input = { commandId: randomUUID(), number, version }
    const me = await sandbox.actor('avery')
    const both = await Promise.all([submitRequest(input, me, sandbox.deps), submitRequest(input, me, sandbox.deps)])
    expect(both.map(codeOf)).toEqual(['done', 'done'])
    const again = await submitRequest({ ...input, commandId: randomUUID() }, me, sandbox.deps)
    expect(again).toMatchObject({ ok: false, error: { code: 'wrong-state', state: 'with-firms' } })
    const [rounds] =
      await db.owner`select count(*)::int as n from dc.request_rounds rr join dc.requests r on r.id = rr.request_id where r.number = ${number}`
    expect(rounds?.n).toBe(1)
  })
})

describe('a stale draft', () => {
  test('is refused, saying who saved it meanwhile, and loses nothing of theirs', async () => {
    const number = await flow.wish('avery', { name: 'Stale', sources: ['K7T882'], contacts: [avery] })
    const version = (await flow.draftPage('avery', number))?.version ?? 0
    const me = await sandbox.actor('avery')
    const save = (purpose: string) =>
      saveDraft(
        { commandId: randomUUID(), number, version, step: 'group', fields: { groupName: 'Stale', purpose } },
        me,
        sandbox.deps,
      )
    expect(codeOf(await save('first'))).toBe('done')
    expect(await save('second')).toMatchObject({ ok: false, error: { code: 'stale', by: 'Avery Alder' } })
    expect((await flow.draftPage('avery', number))?.document).toMatchObject({ purpose: 'first' })
    expect(codeOf(await flow.submit('avery', number, version))).toBe('stale')
  })
})

describe('approving', () => {
  test('what was not shown is refused', async () => {
    const number = await submitted(['K7T882'])
    expect(codeOf(await flow.decide('xan', number, 'approve', { digest: 'f'.repeat(64) }))).toBe('not-what-was-shown')
    expect(codeOf(await flow.decide('xan', number, 'approve', { round: 2 }))).toBe('not-what-was-shown')
    expect(await stateOf(db, number)).toBe('with-firms')
  })

  test('for another firm, or in a capacity one does not have, is refused', async () => {
    const number = await submitted(['K7T882'])
    expect(codeOf(await flow.decide('bailey', number, 'approve'))).toBe('not-found')
    expect(codeOf(await flow.decide('avery', number, 'approve'))).toBe('not-a-party')
    expect(codeOf(await flow.decide('xan', number, 'approve', { capacity: 'exchange' }))).toBe('not-a-party')
    expect(codeOf(await flow.decide('harper', number, 'approve', { capacity: 'exchange' }))).toBe('wrong-state')
  })

  test('one’s own submission is refused, by the rule and by the database', async () => {
    const number = await submitted(['K7T882'])
    const [row] = await db.owner<
      { request_id: string; round: number; firm_id: string; slice_digest: string; owner_id: string }[]
    >`
      select p.* from dc.request_parties p join dc.requests r on r.id = p.request_id where r.number = ${number} and p.capacity = 'guarantor'`
    const [xan] = await db.owner<{ id: string }[]>`select id from dc.users where email = 'xan@xenon.example'`
    const [round] = await db.owner<
      { submitted_by: string }[]
    >`select submitted_by from dc.request_rounds where request_id = ${row!.request_id}`
    // a row that says the signer submitted nothing, and one that says somebody else did
    const insert = (submittedBy: string) => db.owner`
      insert into dc.decisions (request_id, round, owner_id, firm_id, capacity, slice_digest, submitted_by, decided_by, verdict, authority, decided_at)
      values (${row!.request_id}, 1, ${row!.owner_id}, ${row!.firm_id}, 'guarantor', ${row!.slice_digest}, ${submittedBy}, ${xan!.id}, 'approve', 'x', now())`
    await expect(insert(xan!.id)).rejects.toThrow(/decisions_(four_eyes|submitter)/)
    expect(round?.submitted_by).not.toBe(xan?.id)
    const harper = await sandbox.actor('harper')
    const behalf = await startRequest(
      { commandId: randomUUID(), kind: 'new-group', environment: 'sandbox', ownerId: row!.owner_id },
      harper,
      sandbox.deps,
    )
    expect(codeOf(behalf)).toBe('done')
  })

  test('twice is refused the second time, and two parties at once both count', async () => {
    const number = await submitted(['K7T882', 'M3P882'])
    const shown = (await flow.page('xan', number))?.mine
    const both = await Promise.all([flow.decide('xan', number, 'approve'), flow.decide('bailey', number, 'approve')])
    expect(both.map(codeOf)).toEqual(['done', 'done'])
    expect(await stateOf(db, number)).toBe('with-gam')
    const input = { commandId: randomUUID(), number, verdict: 'approve' as const, reason: '', ...shown! }
    expect(codeOf(await decideRequest(input, await sandbox.actor('xan'), sandbox.deps))).toBe('wrong-state')
  })
})

describe('what a request builds on moves before it is published', () => {
  /** With the GAM; then something happens; then the GAM approves. */
  async function approvedAfter(happens: () => Promise<unknown>): Promise<{ state: string; reason: string }> {
    const number = await submitted(['Q1A882'])
    done(await flow.decide('xan', number, 'approve'))
    await happens()
    const decided = done(await flow.decide('harper', number, 'approve'))
    const [row] = await db.owner<
      { state_reason: string }[]
    >`select state_reason from dc.requests where number = ${number}`
    expect(await db.database.asJobs(listUncovered)).toEqual([])
    return { state: decided.state, reason: row?.state_reason ?? '' }
  }

  test('a source closed: the request comes back, saying so', async () => {
    const after = await approvedAfter(() => setSource('Q1A', 'closed'))
    expect(after).toEqual({ state: 'returned', reason: 'Q1A882 is closed (reference data of the exchange).' })
    await setSource('Q1A', 'open')
  })

  test('a source guaranteed by another firm too: nothing flows on the old word alone', async () => {
    const id = await sourceId('Q1A')
    const after = await approvedAfter(
      () => db.owner`
      insert into dc.source_guarantors (source_id, firm_id, during)
      select ${id}, id, tstzrange(${db.clock.now}, null) from dc.firms where name = 'Birch Clearing'`,
    )
    expect(after.state).toBe('returned')
    expect(after.reason).toContain('Q1A882 is guaranteed by Birch Clearing and Xenon Clearing now')
    await db.owner`delete from dc.source_guarantors where source_id = ${id} and firm_id = (select id from dc.firms where name = 'Birch Clearing')`
  })

  test('a source added to this same group by another request: the later one comes back, naming the earlier', async () => {
    await flow.submit('avery', 5)
    await flow.publish(5, ['xan', 'bailey'])
    await connectorRunsAll(db, sandbox)
    const groupId = await groupIdOf(db, 'Desk 7')
    const change = async () => {
      const { number } = done(await flow.start('avery', 'change', groupId))
      done(await flow.save('avery', number, 'sources', { addSources: ['Q1A882'], reason: 'x' }))
      return number
    }
    const [first, second] = [await change(), await change()]
    done(await flow.submit('avery', first))
    expect(codeOf(await flow.submit('avery', second))).toBe('request-open')
    done(await flow.decide('harper', first, 'approve'))
    expect(codeOf(await flow.submit('avery', second))).toBe('request-open') // still being applied
    await connectorRunsAll(db, sandbox)
    expect(await flow.submit('avery', second)).toMatchObject({
      ok: false,
      error: {
        code: 'moved',
        moved: [{ what: 'source-already-in-group', sentence: expect.stringContaining(`request ${first}`) }],
      },
    })
  })

  test('a consent withdrawn while a change is under way: the change is re-checked, never blocked', async () => {
    const groupId = await groupIdOf(db, 'Desk 7')
    const { number } = done(await flow.start('avery', 'change', groupId))
    done(
      await flow.save('avery', number, 'sources', {
        removeSources: [{ source: 'K7T882', revoked: false }],
        reason: 'x',
      }),
    )
    done(await flow.submit('avery', number))
    const input = {
      commandId: randomUUID(),
      groupId,
      sources: ['K7T882'],
      mode: 'nothing-again' as const,
      reason: 'Limits.',
    }
    done(await withdrawConsent(input, await sandbox.actor('xan'), sandbox.deps))
    expect(done(await flow.decide('harper', number, 'approve')).state).toBe('returned')
    expect(await db.database.asJobs(listUncovered)).toEqual([])
  })
})

describe('one source in three groups of two owners', () => {
  test('is allowed: each group has its own consents', async () => {
    const cedar = { name: 'Casey Cedar', email: 'casey@cedar.example', clearingCode: '560' }
    for (const [person, name, contact] of [
      ['avery', 'Shared A', avery],
      ['avery', 'Shared B', avery],
      ['casey', 'Shared C', cedar],
    ] as const) {
      const number = await flow.wish(person, { name, sources: ['V8N882'], contacts: [contact] })
      done(await flow.submit(person, number))
      await flow.publish(number, ['xan', 'bailey'])
    }
    const rows = await db.owner`
      select count(distinct gs.group_id)::int as groups, count(*)::int as consents from dc.consents c
      join dc.groups g on g.id = c.group_id and g.name like 'Shared%' join dc.group_sources gs on gs.group_id = g.id`
    expect(rows[0]).toEqual({ groups: 3, consents: 6 })
    expect(await db.database.asJobs(listUncovered)).toEqual([])
  })
})

describe('identifiers of others', () => {
  test('are not found, and say nothing of whether they exist', async () => {
    const cedarAccount = (await flow.draftPage('casey', 4))?.accounts[0]?.id
    const number = await flow.wish('avery', {
      name: 'Their account',
      sources: ['K7T882'],
      contacts: [avery],
      accountId: cedarAccount,
    })
    expect(codeOf(await flow.submit('avery', number))).toBe('unknown-account')
    const cedar = await groupIdOf(db, 'Cedar risk')
    expect(codeOf(await flow.start('avery', 'change', cedar))).toBe('not-found')
    expect(codeOf(await flow.start('avery', 'change', randomUUID()))).toBe('not-found')
    expect(codeOf(await flow.save('avery', 4, 'group', {}))).toBe('not-found')
    expect(codeOf(await flow.decide('drew', 3, 'approve'))).toBe('not-found')
    const input = {
      commandId: randomUUID(),
      groupId: cedar,
      sources: ['S2D914'],
      mode: 'from-now-on' as const,
      reason: 'x',
    }
    expect(codeOf(await withdrawConsent(input, await sandbox.actor('xan'), sandbox.deps))).toBe('nothing-to-withdraw')
    expect(codeOf(await withdrawConsent(input, await sandbox.actor('avery'), sandbox.deps))).toBe('not-found')
  })

  test('typed whole, a source that the firm does not hold is only checked when it is sent', async () => {
    const number = await flow.wish('avery', { name: 'Typed', sources: ['R5C914', 'ZZZZZZ'], contacts: [avery] })
    const preview = (await flow.draftPage('avery', number))?.preview.sources
    expect(preview?.map((source) => source.note)).toEqual(Array(2).fill('will be checked by its clearing firm'))
    expect(await flow.submit('avery', number)).toMatchObject({
      ok: false,
      error: { code: 'unknown-source', sources: ['ZZZZZZ'] },
    })
  })
})

describe('a party without anybody who could answer', () => {
  test('stops the submission, naming the firm', async () => {
    await db.owner`update dc.users set state = 'disabled' where email = 'bailey@birch.example'`
    const number = await flow.wish('avery', {
      name: 'Nobody',
      sources: ['M3P882'],
      contacts: [{ ...avery, clearingCode: '571' }],
    })
    expect(await flow.submit('avery', number)).toMatchObject({
      ok: false,
      error: { code: 'nobody-to-decide', sentence: 'Birch Clearing has no signatory.' },
    })
    await db.owner`update dc.users set state = 'active' where email = 'bailey@birch.example'`
  })
})

test('a refused command leaves a trace and nothing else', async () => {
  const number = await submitted(['K7T882'])
  await flow.decide('xan', number, 'approve', { digest: '0'.repeat(64) })
  const [event] = await db.owner`select action, refused from dc.audit_events order by seq desc limit 1`
  expect(event).toEqual({ action: 'request.approve', refused: 'not-what-was-shown' })
  const [decisions] =
    await db.owner`select count(*)::int as n from dc.decisions d join dc.requests r on r.id = d.request_id where r.number = ${number}`
  expect(decisions?.n).toBe(0)
})

test('a request is begun for a firm and an environment that there are, whatever the form says', async () => {
  const exchange = (await sandbox.actor('harper')).firmId
  const alder = (await sandbox.actor('avery')).firmId
  const start = async (
    person: 'avery' | 'harper',
    over: { environment?: 'production' | 'sandbox'; ownerId?: string },
  ) => {
    const input = { commandId: randomUUID(), kind: 'new-group' as const, environment: 'sandbox' as const, ...over }
    return startRequest(input, await sandbox.actor(person), sandbox.deps)
  }
  expect(codeOf(await start('avery', { environment: 'production' }))).toBe('not-found')
  expect(codeOf(await start('harper', { ownerId: exchange }))).toBe('not-found')
  expect(codeOf(await start('harper', { ownerId: randomUUID() }))).toBe('not-found')
  expect(codeOf(await start('harper', {}))).toBe('not-found')
  expect(codeOf(await start('harper', { ownerId: alder }))).toBe('done')
  const { number } = done(await start('avery', { ownerId: exchange })) // a firm writes for itself
  const [request] = await db.owner`select owner_id from dc.requests where number = ${number}`
  expect(request).toEqual({ owner_id: alder })
})
