import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findPaperOf } from '#db/queries/request/papers.ts'
import { attachPaper, removePaper } from '#services/request/attach-paper.ts'
import { discardDraft } from '#services/request/discard-draft.ts'
import { startRequest } from '#services/request/start-request.ts'
import type { FreshDb } from '#test/support/fresh-db.ts'
import type { Person, Sandbox } from '#test/support/sandbox.ts'
import { codeOf, done, openWorkflow, type Workflow } from '#test/support/workflow.ts'

let db: FreshDb
let sandbox: Sandbox
let flow: Workflow
beforeAll(async () => {
  ;({ db, sandbox, flow } = await openWorkflow())
})
afterAll(() => db.close())

const fileOf = (text: string) => ({ name: 'signed.pdf', content: new TextEncoder().encode(`%PDF-1.7 ${text}`) })
const sha256 = (content: Uint8Array) => createHash('sha256').update(content).digest('hex')
let count = 0

/** A new group that Harper enters on behalf of Alder Trading, complete but for the paper. */
async function enteredByHarper(): Promise<number> {
  const ownerId = (await sandbox.actor('avery')).firmId
  const asked = { commandId: randomUUID(), kind: 'new-group' as const, environment: 'sandbox' as const, ownerId }
  const { number } = done(await startRequest(asked, await sandbox.actor('harper'), sandbox.deps))
  const billingAccountId = (await flow.draftPage('harper', number))?.accounts[0]?.id
  const contact = { name: 'Avery Alder', title: '', email: 'avery@alder.example', phone: '+1 312 555 0100' }
  const steps = {
    group: { groupName: `On behalf ${++count}`, billingAccountId, feeAcknowledged: true },
    sources: { sources: ['K7T882'], level: 'all', protocol: 'classic' },
    people: { contacts: [{ ...contact, clearingCode: '560' }], connection: { line: 'existing', addresses: [] } },
  }
  for (const step of ['group', 'sources', 'people'] as const) done(await flow.save('harper', number, step, steps[step]))
  return number
}
const versionOf = async (number: number, person: Person = 'harper') =>
  (await flow.draftPage(person, number))?.version ?? 1
const attach = async (person: Person, number: number, file = fileOf('first'), version?: number) => {
  sandbox.tick()
  const input = { commandId: randomUUID(), number, version: version ?? (await versionOf(number)) }
  return attachPaper(input, file, await sandbox.actor(person), sandbox.deps)
}
const remove = async (person: Person, number: number) => {
  sandbox.tick()
  const input = { commandId: randomUUID(), number, version: await versionOf(number) }
  return removePaper(input, await sandbox.actor(person), sandbox.deps)
}
const papersOf = (number: number) =>
  db.owner<{ id: string; digest: string }[]>`
    select p.id, p.digest from dc.request_papers p join dc.requests r on r.id = p.request_id where r.number = ${number}`
const read = async (person: Person, number: number, paperId: string) => {
  const [request] = await db.owner<{ id: string }[]>`select id from dc.requests where number = ${number}`
  const me = await sandbox.actor(person)
  return db.database.withActor(me, (tx) => findPaperOf(tx, request?.id ?? '', paperId))
}

describe('a request that a GAM enters on a firm’s behalf', () => {
  test('is not submitted without the firm’s paper, nor when it was taken off again', async () => {
    const number = await enteredByHarper()
    expect(codeOf(await flow.submit('harper', number))).toBe('paper-needed')
    done(await attach('harper', number))
    done(await remove('hollis', number))
    expect(await papersOf(number)).toEqual([])
    expect(codeOf(await flow.submit('harper', number))).toBe('paper-needed')
  })
  test('shows every party the paper’s name and digest, and lets the owner and the exchange alone read it', async () => {
    const number = await enteredByHarper()
    done(await attach('harper', number, fileOf('replaced')))
    const file = fileOf('signed by Alder')
    done(await attach('harper', number, file))
    done(await flow.submit('harper', number))
    const shown = {
      name: 'signed.pdf',
      type: 'application/pdf',
      bytes: file.content.length,
      digest: sha256(file.content),
    }
    for (const person of ['avery', 'harper', 'hollis'] as const)
      expect((await flow.page(person, number))?.sheet?.paper, person).toMatchObject(shown)
    const slices = await db.owner<{ capacity: string; paper: unknown }[]>`
      select capacity, slice -> 'paper' as paper from dc.request_parties p join dc.requests r on r.id = p.request_id
      where r.number = ${number} order by capacity`
    expect([...slices]).toEqual([
      { capacity: 'exchange', paper: shown },
      { capacity: 'guarantor', paper: shown },
    ])
    const papers = await papersOf(number)
    expect(papers.map(({ digest }) => digest)).toEqual([shown.digest]) // what was replaced is gone
    const id = papers[0]?.id ?? ''
    for (const person of ['avery', 'alex', 'harper'] as const)
      expect(Buffer.from((await read(person, number, id))?.content ?? []), person).toEqual(Buffer.from(file.content))
    for (const person of ['xan', 'bailey', 'casey'] as const) expect(await read(person, number, id)).toBeUndefined()
    expect(await read('avery', 1, id)).toBeUndefined() // by another request's number
  })
  test('is approved for the exchange by another GAM', async () => {
    const number = await enteredByHarper()
    done(await attach('harper', number))
    done(await flow.submit('harper', number))
    done(await flow.decide('xan', number, 'approve'))
    const { digest } = (await flow.page('hollis', number))?.mine ?? {}
    const shown = { capacity: 'exchange' as const, ...(digest !== undefined && { digest }) }
    expect(codeOf(await flow.decide('harper', number, 'approve', shown))).toBe('own-submission')
    expect(codeOf(await flow.decide('hollis', number, 'approve'))).toBe('done')
  })
  test('keeps a submitted paper for good; a returned request takes another, and its parties are asked again', async () => {
    const number = await enteredByHarper()
    done(await attach('harper', number))
    done(await flow.submit('harper', number))
    expect(codeOf(await attach('harper', number, fileOf('later'), 6))).toBe('wrong-state')
    const [first] = await papersOf(number)
    await expect(db.owner`delete from dc.request_papers where id = ${first?.id ?? ''}`).rejects.toThrow(
      /rounds_paper|drafts_paper/,
    )
    await expect(db.owner`update dc.request_papers set name = 'x' where id = ${first?.id ?? ''}`).rejects.toThrow(
      /never changed/,
    )
    done(await flow.decide('xan', number, 'approve'))
    done(await flow.decide('hollis', number, 'return'))
    done(await attach('harper', number, fileOf('second')))
    done(await flow.submit('harper', number))
    expect((await papersOf(number)).map(({ digest }) => digest).sort()).toEqual(
      [sha256(fileOf('first').content), sha256(fileOf('second').content)].sort(),
    )
    const met = await db.owner<{ met_by: string | null }[]>`
      select met_by from dc.request_parties p join dc.requests r on r.id = p.request_id
      where r.number = ${number} and p.round = 2 and capacity = 'guarantor'`
    expect(met[0]).toEqual({ met_by: null })
  })
  test('takes a paper from its GAMs alone, of the version that they saw, and of a kind that is read', async () => {
    const number = await enteredByHarper()
    for (const person of ['avery', 'xan'] as const)
      expect(['not-allowed', 'not-found']).toContain(codeOf(await attach(person, number)))
    expect(codeOf(await attach('harper', number, fileOf('x'), 1))).toBe('stale')
    expect(codeOf(await attach('harper', number, { name: 'a.pdf', content: Uint8Array.from([0]) }))).toBe('unfit-paper')
    const own = done(await flow.start('avery', 'new-group')).number
    expect(codeOf(await attach('harper', own, fileOf('x'), 1))).toBe('not-found')
    expect(await papersOf(number)).toEqual([])
  })
  test('goes with its paper when the draft is discarded', async () => {
    const number = await enteredByHarper()
    done(await attach('harper', number))
    const input = { commandId: randomUUID(), number, version: await versionOf(number) }
    done(await discardDraft(input, await sandbox.actor('harper'), sandbox.deps))
    expect(await papersOf(number)).toEqual([])
  })
  test('but submitted by the firm itself needs none', async () => {
    const number = await enteredByHarper()
    expect(codeOf(await flow.submit('avery', number))).toBe('done')
  })
})
