import { z } from 'zod'
import { environments } from '../reference/environment.ts'
import { text } from '../text.ts'
import { reason } from './input.ts'
import { capacities, requestKinds, verdicts } from './lifecycle.ts'

/** Every form carries a fresh one: the same command sent twice gets the first answer again. */
export const commandId = z.uuid('This form is not whole. Load the page again.')

/** In addresses a request is named by its number. */
const number = z.int().min(1).max(2_147_483_647)
/** What the page showed, so that a later change is not overwritten. */
export const version = z.int().min(1).max(2_147_483_647)
const round = z.int().min(1).max(10_000)
const digest = z.string().regex(/^[0-9a-f]{64}$/, 'This page is not whole. Load it again.')

export const startRequestInput = z.object({
  commandId,
  kind: z.enum(requestKinds),
  environment: z.enum(environments),
  /** the group to change or close; absent for a new one */
  groupId: z.uuid().optional(),
  /** the firm on whose behalf a GAM writes; absent otherwise */
  ownerId: z.uuid().optional(),
})
export const saveDraftInput = z.object({
  commandId,
  number,
  version,
  step: z.enum(['group', 'sources', 'people', 'review']),
})
export const draftCommandInput = z.object({ commandId, number, version })
export const decideInput = z
  .object({
    commandId,
    number,
    round,
    capacity: z.enum(capacities),
    digest,
    verdict: z.enum(verdicts),
    reason: text(1000).default(''),
  })
  .refine((input) => input.verdict === 'approve' || input.reason !== '', { path: ['reason'], error: 'Say why.' })
/** Take back, withdraw, undo: one request and a reason. */
export const withReasonInput = z.object({ commandId, number, reason })
export const copyAsNewInput = z.object({ commandId, number })

export type StartRequestInput = z.output<typeof startRequestInput>
export type SaveDraftInput = z.output<typeof saveDraftInput> & {
  /** the step's fields as the document has them; judged together with what was saved before */
  fields: Record<string, unknown>
}
export type DraftCommandInput = z.output<typeof draftCommandInput>
export type DecideInput = z.output<typeof decideInput>
export type WithReasonInput = z.output<typeof withReasonInput>
export type CopyAsNewInput = z.output<typeof copyAsNewInput>
