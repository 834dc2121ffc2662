import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { projectRoot, startFreshApp } from '#test/support/app.ts'
import type { FreshDb } from '#test/support/fresh-db.ts'

let db: FreshDb
let env: Record<string, string>
let close: () => Promise<void>
beforeAll(async () => {
  ;({ db, env, close } = await startFreshApp())
})
afterAll(() => close?.())

const verify = () =>
  promisify(execFile)('node', ['app/cli/drop-copy.mjs', 'audit', 'verify'], {
    cwd: projectRoot,
    env: { NODE_ENV: 'production', ...env },
  })
/** As somebody with the owner's password would, past the trigger that keeps events as they are. */
async function setReason(seq: string, reason: string | null): Promise<void> {
  await db.owner.unsafe('alter table dc.audit_events disable trigger never_changed')
  await db.owner`update dc.audit_events set reason = ${reason} where seq = ${seq}`
  await db.owner.unsafe('alter table dc.audit_events enable trigger never_changed')
}

describe('drop-copy audit verify, while the portal runs', () => {
  test('says that all is as it was sealed; of a changed event it names the seal, and ends with 1', async () => {
    const sealed = async () => (await db.owner<{ from_seq: string }[]>`select from_seq from dc.audit_seals limit 1`)[0]
    await expect.poll(sealed).toBeDefined()
    expect((await verify()).stdout).toMatch(/^The audit trail is as it was sealed: seals \d+/)
    const seq = (await sealed())?.from_seq ?? ''
    const [row] = await db.owner<{ reason: string | null }[]>`select reason from dc.audit_events where seq = ${seq}`
    await setReason(seq, 'Nobody will notice.')
    await expect(verify()).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`The audit trail is not what was sealed: in the seal of events ${seq} to `),
    })
    await setReason(seq, row?.reason ?? null)
    expect((await verify()).stdout).toMatch(/^The audit trail is as it was sealed/)
  })
})
