import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listUncovered } from '#db/queries/group/consents.ts'
import { copyAsNew } from '#services/request/copy-as-new.ts'
import { takeBackApproval } from '#services/request/take-back.ts'
import { withdrawRequest } from '#services/request/withdraw-request.ts'
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

const contact = {
  name: 'Avery Alder',
  title: '',
  email: 'avery@alder.example',
  phone: '+1 312 555 0100',
  clearingCode: '560',
}

describe('the seeded draft', () => {
  test('goes from submission to copies, and only the connector’s word makes it live', async () => {
    expect(done(await flow.submit('avery', 5)).state).toBe('with-firms')
    expect(done(await flow.decide('xan', 5, 'approve')).state).toBe('with-firms')
    expect(done(await flow.decide('bailey', 5, 'approve')).state).toBe('with-gam')
    expect(done(await flow.decide('harper', 5, 'approve')).state).toBe('applying')
    const [before] = await db.owner`select state, first_applied_at from dc.groups where name = 'Desk 7'`
    expect(before).toEqual({ state: 'requested', first_applied_at: null })
    expect(await connectorRunsAll(db, sandbox)).toEqual([5])
    const [after] = await db.owner`select state, first_applied_at from dc.groups where name = 'Desk 7'`
    expect(after).toEqual({ state: 'live', first_applied_at: db.clock.now })
    expect(await db.database.asJobs(listUncovered)).toEqual([])
  })

  test('made a consent of each guarantor for its own source, and its contacts are in force', async () => {
    const rows = await db.owner`
      select s.session_code, f.name, c.up_to_level, c.basis from dc.consents c
      join dc.source_sessions s on s.id = c.source_id join dc.firms f on f.id = c.clearing_firm_id
      join dc.groups g on g.id = c.group_id where g.name = 'Desk 7' order by 1`
    expect(rows.map((row) => [row.session_code, row.name, row.up_to_level, row.basis])).toEqual([
      ['K7T', 'Xenon Clearing', 'all', 'decision'],
      ['M3P', 'Birch Clearing', 'all', 'decision'],
    ])
    expect((await sandbox.actor('avery')).standings).toContain('authorized-contact')
  })
})

describe('a request that was returned', () => {
  test('keeps the approval of a party whose slice is unchanged, and asks the other again', async () => {
    const number = await flow.wish('avery', { name: 'Rounds', sources: ['K7T882', 'M3P882'], contacts: [contact] })
    done(await flow.submit('avery', number))
    done(await flow.decide('xan', number, 'approve'))
    done(await flow.decide('bailey', number, 'return', { reason: 'Not the whole desk.' }))
    expect(await stateOf(db, number)).toBe('returned')
    done(
      await flow.save('avery', number, 'sources', {
        sources: ['K7T882', 'V8N882', 'M3P882'],
        level: 'all',
        protocol: 'classic',
      }),
    )
    done(await flow.submit('avery', number))
    const standings = async () =>
      Object.fromEntries((await flow.page('avery', number))?.parties.map((one) => [one.firmName, one.standing]) ?? [])
    const waiting = { 'Harbor Exchange': 'waiting', 'Birch Clearing': 'waiting' }
    expect(await standings()).toEqual({ ...waiting, 'Xenon Clearing': 'waiting' })
    done(await flow.decide('xan', number, 'approve'))
    done(await flow.decide('bailey', number, 'return', { reason: 'Still too much.' }))
    done(
      await flow.save('avery', number, 'people', {
        contacts: [contact],
        connection: { line: 'new', addresses: ['192.0.2.1'] },
      }),
    )
    done(await flow.submit('avery', number))
    expect(await standings()).toEqual({ ...waiting, 'Xenon Clearing': 'carried over from round 2' })
    const input = { commandId: flow.commandId(), number, reason: 'Ask the desk first.' }
    done(await takeBackApproval(input, await sandbox.actor('xan'), sandbox.deps))
    expect(await standings()).toEqual({ ...waiting, 'Xenon Clearing': 'waiting' })
    const standing = (await flow.page('avery', number))?.decisions.filter((one) => !one.takenBack)
    expect(standing?.map((one) => one.verdict)).toEqual(['return', 'return']) // no approval of any round is left
  })
})

describe('an approval', () => {
  test('can be taken back before anything is published, and given again', async () => {
    const number = await flow.wish('avery', { name: 'Second thoughts', sources: ['K7T882'], contacts: [contact] })
    done(await flow.submit('avery', number))
    done(await flow.decide('xan', number, 'approve'))
    expect(await stateOf(db, number)).toBe('with-gam')
    const input = { commandId: flow.commandId(), number, reason: 'Ask the desk first.' }
    done(await takeBackApproval(input, await sandbox.actor('xan'), sandbox.deps))
    expect(await stateOf(db, number)).toBe('with-firms')
    done(await flow.decide('xan', number, 'approve'))
    expect(await stateOf(db, number)).toBe('with-gam')
    expect((await flow.page('avery', number))?.decisions.map((one) => one.takenBack?.reason ?? null)).toEqual([
      'Ask the desk first.',
      null,
    ])
  })
})

describe('a request that came to nothing', () => {
  test('leaves its group’s name free, and can be copied as a new draft', async () => {
    const number = await flow.wish('avery', { name: 'Given up', sources: ['K7T882'], contacts: [contact] })
    done(await flow.submit('avery', number))
    const avery = await sandbox.actor('avery')
    done(
      await withdrawRequest({ commandId: flow.commandId(), number, reason: 'No longer needed.' }, avery, sandbox.deps),
    )
    const copy = done(await copyAsNew({ commandId: flow.commandId(), number }, avery, sandbox.deps))
    expect((await flow.draftPage('avery', copy.number))?.document).toMatchObject({
      groupName: 'Given up',
      sources: ['K7T882'],
    })
    expect(codeOf(await flow.submit('avery', copy.number))).toBe('done')
  })
})

describe('a change of a live group', () => {
  test('is submitted by an authorized contact alone, whose submission is their clearing firm’s consent', async () => {
    const groupId = await groupIdOf(db, 'Desk 7')
    expect(codeOf(await flow.start('xan', 'change', groupId))).toBe('not-allowed')
    const { number } = done(await flow.start('alex', 'change', groupId))
    done(await flow.save('alex', number, 'sources', { addSources: ['Q1A882', 'V8N882'], reason: 'More of the desk.' }))
    expect(codeOf(await flow.submit('alex', number))).toBe('not-allowed')
    expect(done(await flow.submit('avery', number)).state).toBe('with-gam')
    const parties = (await flow.page('avery', number))?.parties.map((party) => [party.firmName, party.standing]).sort()
    expect(parties).toEqual([
      ['Birch Clearing', 'agreed by submission'],
      ['Harbor Exchange', 'waiting'],
      ['Xenon Clearing', 'agreed by submission'],
    ])
    done(await flow.decide('harper', number, 'approve'))
    await connectorRunsAll(db, sandbox)
    expect(await stateOf(db, number)).toBe('applied')
    const rows =
      await db.owner`select basis, count(*)::int as n from dc.consents where group_id = ${groupId} group by 1 order by 1`
    expect(rows.map((row) => [row.basis, row.n])).toEqual([
      ['decision', 2],
      ['submission', 3],
    ])
  })

  test('widens the level only with everybody, and narrows it with nobody but the exchange', async () => {
    const groupId = await groupIdOf(db, 'Dogwood surveillance')
    const wider = done(await flow.start('drew', 'change', groupId))
    done(await flow.save('drew', wider.number, 'sources', { level: 'all', reason: 'Open orders too.' }))
    // drew speaks for Xenon, not for Birch
    expect(done(await flow.submit('drew', wider.number)).state).toBe('with-firms')
    await flow.publish(wider.number, ['bailey'])
    await connectorRunsAll(db, sandbox)
    const narrower = done(await flow.start('drew', 'change', groupId))
    done(await flow.save('drew', narrower.number, 'sources', { level: 'executions', reason: 'Fills are enough.' }))
    expect(done(await flow.submit('drew', narrower.number)).state).toBe('with-gam')
    expect(await db.database.asJobs(listUncovered)).toEqual([])
  })
})
