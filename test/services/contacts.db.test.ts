import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { endContact } from '#services/group/end-contact.ts'
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

describe('a person whom a request names', () => {
  test('becomes a contact who may act when they are of the owner or of the clearing firm, and of no third firm', async () => {
    const of = (name: string, email: string) => ({ name, email, clearingCode: '560' })
    const contacts = [
      of('Avery Alder', 'avery@alder.example'),
      of('Xan Xenon', 'xan@xenon.example'),
      of('Drew Dogwood', 'bailey@birch.example'),
      of('Nobody Known', 'nobody@alder.example'),
    ]
    const number = await flow.wish('avery', { name: 'Contacts', sources: ['K7T882'], contacts })
    done(await flow.submit('avery', number))
    await flow.publish(number, ['xan'])
    const rows = await db.owner<{ email: string; name: string | null }[]>`
      select c.email, u.name from dc.group_contacts c join dc.groups g on g.id = c.group_id left join dc.users u on u.id = c.user_id
      where g.name = 'Contacts' order by c.email`
    expect(rows.map((row) => [row.email, row.name])).toEqual([
      ['avery@alder.example', 'Avery Alder'],
      ['bailey@birch.example', null],
      ['nobody@alder.example', null],
      ['xan@xenon.example', 'Xan Xenon'],
    ])
    expect((await sandbox.actor('bailey')).standings).not.toContain('authorized-contact')
  })
})

describe('a contact who is ended while a request that names them is open', () => {
  const name = 'Ended'
  const avery = { name: 'Avery Alder', email: 'avery@alder.example', clearingCode: '560' }
  const ada = {
    name: 'Ada Alder',
    title: '',
    email: 'ada@alder.example',
    phone: '+1 312 555 0100',
    clearingCode: '560',
  }
  const inForce = () => db.owner<{ id: string; email: string }[]>`
    select c.id, c.email from dc.group_contacts c join dc.groups g on g.id = c.group_id
    where g.name = ${name} and upper_inf(c.during) order by c.email`
  /** Avery asks for Ada, who is a contact already, and Xenon approves. */
  const named = async () => {
    const { number } = done(await flow.start('avery', 'change', await groupIdOf(db, name)))
    done(await flow.save('avery', number, 'sources', { reason: 'A new title.', addContacts: [ada] }))
    done(await flow.submit('avery', number))
    done(await flow.decide('xan', number, 'approve'))
    return number
  }
  const endAda = async () => {
    sandbox.tick()
    const contactId = (await inForce()).find((one) => one.email === ada.email)?.id ?? ''
    const input = { commandId: flow.commandId(), groupId: await groupIdOf(db, name), contactId, reason: 'Left.' }
    done(await endContact(input, await sandbox.actor('xan'), sandbox.deps))
  }
  beforeAll(async () => {
    const number = await flow.wish('avery', { name, sources: ['K7T882'], contacts: [avery, ada] })
    done(await flow.submit('avery', number))
    await flow.publish(number, ['xan'])
    await connectorRunsAll(db, sandbox)
  })

  test('is none by an approval of before: the request comes back, and the firm is asked once more', async () => {
    const number = await named()
    await endAda()
    expect(done(await flow.decide('harper', number, 'approve')).state).toBe('returned')
    expect((await flow.page('avery', number))?.stateReason).toBe(
      'Ada Alder was ended as a contact for Xenon Clearing, which has not signed for them since.',
    )
    expect((await inForce()).map((one) => one.email)).toEqual([avery.email])
    done(await flow.submit('avery', number))
    expect(await stateOf(db, number)).toBe('with-firms') // not carried over
    done(await flow.decide('xan', number, 'approve', { round: 2 }))
    expect(done(await flow.decide('harper', number, 'approve', { round: 2 })).state).toBe('applying')
    expect((await inForce()).map((one) => one.email)).toEqual([ada.email, avery.email])
  })
})

describe('withdrawing a request', () => {
  test('needs a requester: the owner’s technical contact is refused', async () => {
    const contacts = [{ name: 'Avery Alder', email: 'avery@alder.example', clearingCode: '560' }]
    const number = await flow.wish('avery', { name: 'Withdrawn', sources: ['K7T882'], contacts })
    done(await flow.submit('avery', number))
    const by = async (person: 'alex' | 'avery') =>
      withdrawRequest(
        { commandId: flow.commandId(), number, reason: 'Not needed.' },
        await sandbox.actor(person),
        sandbox.deps,
      )
    expect(codeOf(await by('alex'))).toBe('not-allowed')
    expect(codeOf(await by('avery'))).toBe('done')
  })
})
