import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { withdrawRequest } from '#services/withdraw-request.ts'
import type { FreshDb } from '#test/support/fresh-db.ts'
import type { Sandbox } from '#test/support/sandbox.ts'
import { codeOf, done, openWorkflow, type Workflow } from '#test/support/workflow.ts'

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
