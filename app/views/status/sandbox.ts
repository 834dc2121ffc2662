import type { Tx } from '#db/client.ts'
import { findExchange } from '#db/queries/people/firms.ts'
import { listParties } from '#db/queries/request/parties.ts'
import { listHoldersOfRoles } from '#db/queries/request/request-page.ts'
import {
  countUnrevoked,
  findFirstTarget,
  findNewestForGroup,
  listFirmsThatClear,
  listLastLogons,
} from '#db/queries/sandbox/steps.ts'
import type { Role } from '#domain/people/roles.ts'

const environment = 'sandbox'

/** A step of the strip: `at` is what its button opens, `asUserId` who opens it. */
export type SandboxStep = {
  id: 'submit' | 'sign-first' | 'sign-second' | 'approve' | 'create-password' | 'connect'
  title: string
  isDone: boolean
  isNext: boolean
  asUserId: string
  asName: string
  at: { page: 'draft' | 'request'; number: number } | { page: 'target' | 'credential'; sessionId: string } | null
}

/** The group of the strip's story; the seed leaves its request as a draft ready to submit. */
const storyGroup = 'Desk 7'

/**
 * The six steps from draft to copies, ticked from real state; over `asJobs`. Undefined when this is no seeded sandbox.
 */
export async function findSandboxSteps(tx: Tx, now: Date): Promise<SandboxStep[] | undefined> {
  const story = await findStory(tx)
  if (!story) return undefined
  const { number, state } = story
  const isDraft = state === 'draft' || state === 'returned'
  const [first, second] = story.guarantors
  const isApproved = state === 'applying' || state === 'applied'
  const target = isApproved ? await findStoryTarget(tx, story.groupId) : undefined
  const exchange = await findExchange(tx)
  const firms = [story.ownerId, exchange.id, ...story.guarantors.map(({ firmId }) => firmId)]
  const holders = await listHoldersOfRoles(tx, firms, ['clearing-signatory', 'technical-contact', 'gam'], now)
  const holder = (role: Role, firmId: string | undefined) =>
    holders.find((one) => one.role === role && one.firmId === firmId)
  const technical = holder('technical-contact', story.ownerId)
  const request = { page: 'request' as const, number }
  const steps: [SandboxStep['id'], string, boolean, Doer | undefined, SandboxStep['at']][] = [
    ['submit', 'Submit the request', !isDraft, story.drafter, { page: isDraft ? 'draft' : 'request', number }],
    [
      'sign-first',
      `Approve for ${first?.firmName ?? 'the first clearing firm'}`,
      first?.isMet ?? false,
      holder('clearing-signatory', first?.firmId),
      request,
    ],
    [
      'sign-second',
      `Approve for ${second?.firmName ?? 'the second clearing firm'}`,
      second?.isMet ?? false,
      holder('clearing-signatory', second?.firmId),
      request,
    ],
    ['approve', 'Approve for the exchange', isApproved, holder('gam', exchange.id), request],
    [
      'create-password',
      'Create the password',
      target?.hasPassword ?? false,
      technical,
      target ? { page: 'credential', sessionId: target.sessionId } : null,
    ],
    [
      'connect',
      'Connect a client',
      target?.wasLoggedOn ?? false,
      technical,
      target ? { page: 'target', sessionId: target.sessionId } : null,
    ],
  ]
  const next = steps.findIndex(([, , isDone]) => !isDone)
  return steps.map(([id, title, isDone, person, at], index) => ({
    id,
    title,
    isDone,
    isNext: index === next,
    asUserId: person?.userId ?? '',
    asName: person?.name ?? '',
    at: index <= next || isDone ? at : null,
  }))
}

/** Who does a step. */
type Doer = { userId: string; name: string }

type Story = {
  number: number
  state: string
  ownerId: string
  drafter: Doer
  groupId: string | null
  guarantors: { firmId: string; firmName: string; isMet: boolean }[]
}

/**
 * The newest request for the story's group; before it is submitted its guarantors are those of the seed's two sources.
 */
async function findStory(tx: Tx): Promise<Story | undefined> {
  const found = await findNewestForGroup(tx, environment, storyGroup)
  if (!found) return undefined
  const { id, number, state, ownerId, draftedBy, groupId, round } = found.request
  const guarantors = (await listParties(tx, id, round))
    .filter(({ capacity }) => capacity === 'guarantor')
    .map(({ firmId, slice, metBy }) => ({ firmId, firmName: slice.firm.name, isMet: metBy !== null }))
    .sort((a, b) => (a.firmName < b.firmName ? 1 : -1))
  return {
    number,
    state,
    ownerId,
    drafter: { userId: draftedBy, name: found.drafter },
    groupId,
    guarantors: guarantors.length > 0 ? guarantors : await expected(tx),
  }
}

/** Clearing firms of the sandbox, for the strip before anything is submitted. */
async function expected(tx: Tx): Promise<Story['guarantors']> {
  const firms = await listFirmsThatClear(tx)
  return firms.map(({ id, name }) => ({ firmId: id, firmName: name, isMet: false }))
}

async function findStoryTarget(tx: Tx, groupId: string | null) {
  if (!groupId) return undefined
  const target = await findFirstTarget(tx, groupId)
  if (!target) return undefined
  const { id, sessionId } = target
  const hasPassword = (await countUnrevoked(tx, id)) > 0
  const wasLoggedOn = (await listLastLogons(tx, environment, sessionId)).length > 0
  return { sessionId, hasPassword, wasLoggedOn }
}
