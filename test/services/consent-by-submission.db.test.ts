import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FreshDb } from '#test/support/fresh-db.ts'
import type { Sandbox } from '#test/support/sandbox.ts'
import { done, groupIdOf, openWorkflow, type Workflow } from '#test/support/workflow.ts'

let db: FreshDb
let sandbox: Sandbox
let flow: Workflow
beforeAll(async () => {
  ;({ db, sandbox, flow } = await openWorkflow())
})
afterAll(() => db.close())

/** Casey is an authorized contact of Cedar risk, authorized by Xenon and by Birch. */
async function submitted(addSources: string[]) {
  const { number } = done(await flow.start('casey', 'change', await groupIdOf(db, 'Cedar risk')))
  done(await flow.save('casey', number, 'sources', { addSources, reason: 'More to watch.' }))
  return done(await flow.submit('casey', number))
}
const standings = async (number: number) =>
  Object.fromEntries((await flow.page('harper', number))?.parties.map((one) => [one.firmName, one.standing]) ?? [])
const reject = async (number: number) => done(await flow.decide('harper', number, 'reject'))

/** A further session under Cedar's Execution Firm ID that Xenon guarantees. */
async function addSession(session: string, execution: string, operator: string | null): Promise<void> {
  await db.owner`
    insert into dc.source_sessions (environment, session_code, execution_code, operated_by, feed_id, gateway_kind)
    select environment, ${session}, ${execution}, (select id from dc.firms where name = ${operator}), feed_id, gateway_kind
    from dc.source_sessions where session_code = 'R5C'`
  await db.owner`
    insert into dc.source_guarantors (source_id, firm_id, during)
    select s.id, f.id, tstzrange(${db.clock.now}, null) from dc.source_sessions s, dc.firms f
    where s.session_code = ${session} and f.name = 'Xenon Clearing'`
}

describe('an authorized contact’s submission', () => {
  test('is their clearing firm’s consent for a session under the owner’s Execution Firm ID, and for one the owner operates', async () => {
    await addSession('A1B', '914', null)
    await addSession('A2B', '882', 'Cedar Markets')
    const own = await submitted(['A1B914', 'A2B882'])
    expect(own.state).toBe('with-gam')
    expect(await standings(own.number)).toMatchObject({ 'Xenon Clearing': 'agreed by submission' })
    await reject(own.number)
  })

  test('is none for a session of another customer: a signatory decides, and every reader is told whose session it is', async () => {
    const { number, state } = await submitted(['K7T882'])
    expect(state).toBe('with-firms')
    const page = await flow.page('harper', number)
    expect(page?.sheet?.sources.find((source) => source.name === 'K7T882')?.holder).toBe('Alder Trading')
    const told = page?.parties.map((party) => [party.firmName, party.slice?.ofOthers])
    const other = [{ source: 'K7T882', firm: 'Alder Trading' }]
    expect(told?.sort()).toEqual([
      ['Harbor Exchange', other],
      ['Xenon Clearing', other],
    ])
    expect((await flow.page('xan', number))?.mine?.sentence).toContain('K7T882 is a session of Alder Trading')
    expect(done(await flow.decide('xan', number, 'approve')).state).toBe('with-gam')
    await reject(number)
  })

  test('says before it is signed that clearing firms not named there are asked, whether there are such sessions or not', async () => {
    const { number } = done(await flow.start('casey', 'change', await groupIdOf(db, 'Cedar risk')))
    const preview = async (addSources: string[]) => {
      done(await flow.save('casey', number, 'sources', { addSources, reason: 'More to watch.' }))
      return (await flow.draftPage('casey', number))?.preview
    }
    const signs = 'I, Casey Cedar, for Cedar Markets, ask for this change of group Cedar risk. It goes to the exchange'
    for (const names of [
      ['K7T882', 'T9F733'],
      ['X1X111', 'Y1Y111'],
    ]) {
      const shown = await preview(names)
      expect(shown?.sentences).toEqual([`${signs} and every clearing firm that guarantees ${names.join(' or ')}.`])
      expect(shown?.signers.map((one) => [one.firmName, one.sources])).toEqual([
        ['Clearing firms not named here', names],
        ['Harbor Exchange', []],
      ])
    }
    const many = (await preview(['K7T882', 'M3P882', 'T9F733', 'W4G733']))?.sentences
    expect(many).toEqual([`${signs} and every clearing firm that guarantees one of the 4 sessions that were typed.`])
    // those that the group has already are agreed, and nobody is asked for them
    expect((await preview([]))?.signers.map((one) => one.firmName)).toEqual(['Harbor Exchange'])
  })

  test('counts no more once the owner has lost the Execution Firm ID: the exchange’s approval returns the request', async () => {
    const { number } = await submitted(['A1B914'])
    await db.owner`
      update dc.firm_codes set firm_id = (select id from dc.firms where name = 'Alder Trading') where code = '914'`
    sandbox.tick()
    expect(done(await flow.decide('harper', number, 'approve')).state).toBe('returned')
    expect((await flow.page('casey', number))?.stateReason).toBe(
      'A1B914 is a session of Alder Trading now, so Xenon Clearing has to sign for it.',
    )
    await db.owner`
      update dc.firm_codes set firm_id = (select id from dc.firms where name = 'Cedar Markets') where code = '914'`
  })
})
