import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sealAuditEvents } from '#db/audit-seal.ts'
import { findBrokenSeal } from '#db/queries/audit/broken-seal.ts'
import { brokenSealSentence } from '#domain/alarm/audit.ts'
import { verifyAudit } from '#services/jobs/verify-audit.ts'
import type { FreshDb } from '#test/support/fresh-db.ts'
import { statusPages } from '#test/support/pages.ts'
import type { Person, Sandbox } from '#test/support/sandbox.ts'
import { openWorkflow } from '#test/support/workflow.ts'

let db: FreshDb
let sandbox: Sandbox
beforeAll(async () => {
  ;({ db, sandbox } = await openWorkflow())
})
beforeEach(async () => {
  await sealAuditEvents(db.database, db.clock.now)
})
afterAll(() => db.close())

const verify = () => verifyAudit({ ...sandbox.deps, asJobs: db.database.asJobs })
/** As somebody with the owner's password would, past the trigger that keeps events as they are. */
async function setReason(seq: number, reason: string | null): Promise<void> {
  await db.owner.unsafe('alter table dc.audit_events disable trigger never_changed')
  await db.owner`update dc.audit_events set reason = ${reason} where seq = ${seq}`
  await db.owner.unsafe('alter table dc.audit_events enable trigger never_changed')
}
const alarmsOf = async (person: Person) => {
  const view = await statusPages(db, await sandbox.actor(person))
  return view.alarms.filter(({ code }) => code === 'broken-seal').map(({ says }) => says)
}
const events = async () => {
  const rows = await db.owner<{ action: string }[]>`
    select action from dc.audit_events where object_kind = 'audit' order by seq`
  return rows.map(({ action }) => action)
}

describe('the audit trail, compared with its seals', () => {
  test('matches what the services wrote', async () => {
    expect(await verify()).toBeUndefined()
    expect([await events(), await alarmsOf('harper')]).toEqual([[], []])
  })

  test('has an alarm for the exchange when a row was changed past the triggers, until it is as it was', async () => {
    const [row] = await db.owner<{ seq: string; reason: string | null }[]>`
      select seq, reason from dc.audit_events order by seq offset 1 limit 1`
    const seq = Number(row?.seq)
    await setReason(seq, 'Nobody will notice.')
    const broken = await verify()
    expect(broken?.why).toBe('an event in it was changed, removed or added')
    expect(broken?.seal.fromSeq).toBeLessThanOrEqual(seq)
    expect(broken?.seal.toSeq).toBeGreaterThanOrEqual(seq)
    expect(await verify()).toEqual(broken)
    expect(await events()).toEqual(['audit.broken-seal'])
    expect(await alarmsOf('harper')).toEqual([broken && brokenSealSentence(broken)])
    expect(await alarmsOf('casey')).toEqual([])
    await setReason(seq, row?.reason ?? null)
    expect(await verify()).toBeUndefined()
    expect(await verify()).toBeUndefined()
    expect(await events()).toEqual(['audit.broken-seal', 'audit.matches'])
    expect(await alarmsOf('harper')).toEqual([])
    expect(await db.database.asJobs(findBrokenSeal)).toBeUndefined()
  })
})
