import type { Tx } from '#db/client.ts'
import { removeCommandsBefore } from '#db/queries/command/commands.ts'
import { transactionInstant } from '#db/queries/command/instant.ts'
import { changeGroup } from '#db/queries/group/groups.ts'
import { listSaidOf } from '#db/queries/publication/reports.ts'
import { listByState, listExpired, lockRequest, type RequestRecord, saveRequest } from '#db/queries/request/requests.ts'
import { isApplied, runsOf } from '#domain/publication/runs.ts'
import { requestActions, requestCan } from '#domain/request/lifecycle.ts'
import { audit } from '#services/command.ts'
import type { JobDeps } from '#services/deps.ts'
import { type Stopped, stopUncovered } from '#services/group/stop-uncovered.ts'
import { abandonGroup } from '#services/request/decide-request.ts'

/** What a pass did, for the log: the numbers of the requests. */
type Passed = { confirmed: number[]; expired: number[] }

/** One pass over everything that is due; safe to repeat at any time. */
export async function runDueJobs(deps: JobDeps): Promise<Passed> {
  return { confirmed: await confirmApplied(deps), expired: await expireRequests(deps) }
}

/** Stops sources that flow without a guarantor's consent, no matter how their rows were written. */
export async function stopUncoveredSources({ asJobs }: JobDeps): Promise<Stopped[]> {
  return asJobs(async (tx) => stopUncovered(tx, await transactionInstant(tx)))
}

/** Nobody sends a form again that was answered this long ago. */
const answersKeptMs = 30 * 86_400_000

/** Removes old answers to forms, which are kept for people who send the same form twice. @returns how many went */
export async function forgetAnswers({ asJobs }: JobDeps): Promise<number> {
  return asJobs(async (tx) => {
    const now = await transactionInstant(tx)
    return removeCommandsBefore(tx, new Date(now.getTime() - answersKeptMs))
  })
}

/** Marks requests as applied when the connector runs all of their parts; the group goes live and its fee begins. */
export async function confirmApplied({ asJobs }: JobDeps): Promise<number[]> {
  return asJobs(async (tx) => {
    const now = await transactionInstant(tx)
    const confirmed: number[] = []
    for (const { id } of await listByState(tx, 'applying')) {
      const request = await lockRequest(tx, id)
      if (!requestCan('confirm', request.state) || !(await isRunning(tx, request))) continue
      await confirm(tx, request, now)
      confirmed.push(request.number)
    }
    return confirmed
  })
}

/** Requests whose time has run out expire. */
export async function expireRequests({ asJobs }: JobDeps): Promise<number[]> {
  return asJobs(async (tx) => {
    const now = await transactionInstant(tx)
    const expired: number[] = []
    for (const { id } of await listExpired(tx, requestActions.expire.from, now)) {
      const request = await lockRequest(tx, id)
      if (!requestCan('expire', request.state)) continue
      await saveRequest(tx, id, { state: 'expired', stateAt: now, stateBy: null, stateReason: 'no answer in time' })
      await abandonGroup(tx, request, now)
      await auditOwn(tx, 'request.expire', request, now)
      expired.push(request.number)
    }
    return expired
  })
}

async function isRunning(tx: Tx, { environment, publishedVersion }: RequestRecord): Promise<boolean> {
  if (publishedVersion === null) return true
  const { parts, reports, gone } = await listSaidOf(tx, environment, publishedVersion)
  return isApplied(runsOf(parts, reports, gone))
}

async function confirm(tx: Tx, request: RequestRecord, now: Date): Promise<void> {
  await saveRequest(tx, request.id, {
    state: 'applied',
    appliedAt: now,
    stateAt: now,
    stateBy: null,
    stateReason: null,
  })
  if (request.groupId && request.kind === 'new-group') await changeGroup(tx, request.groupId, 'applied', now)
  if (request.groupId && request.kind === 'close') await changeGroup(tx, request.groupId, 'close', now)
  await auditOwn(tx, 'request.confirm', request, now)
}

const auditOwn = (tx: Tx, action: string, request: RequestRecord, now: Date): Promise<void> =>
  audit(tx, null, action, now, {
    objectKind: 'request',
    objectId: request.id,
    forFirm: request.ownerId,
    before: { state: request.state },
    after: { version: request.publishedVersion },
  })
