import { z } from 'zod'
import { withdrawalModes } from '../consent/covering.ts'
import { sourceNamePattern } from '../reference/source.ts'
import { commandId } from '../request/command-input.ts'
import { reason } from '../request/input.ts'
import { limits } from '../request/steps.ts'
import { addressRoles } from '../session/fail-over.ts'

const sessionId = z
  .string()
  .trim()
  .toUpperCase()
  .regex(/^[A-Z0-9]{6}$/, 'A target session has 6 characters.')

export const withdrawConsentInput = z.object({
  commandId,
  groupId: z.uuid(),
  sources: z
    .array(z.string().regex(sourceNamePattern, 'A source is 6 characters.'))
    .min(1, 'Choose at least one session.')
    .max(limits.sources),
  mode: z.enum(withdrawalModes, 'Choose one of the two.'),
  reason,
})
export const endContactInput = z.object({ commandId, groupId: z.uuid(), contactId: z.uuid(), reason })
/** Pause, resume, create a password: one target and a reason. */
export const targetCommandInput = z.object({ commandId, sessionId, reason })
export const failOverInput = z.object({ commandId, sessionId, to: z.enum(addressRoles), reason })
export const revokeCredentialInput = z.object({ commandId, credentialId: z.uuid(), reason })

export type WithdrawConsentInput = z.output<typeof withdrawConsentInput>
export type EndContactInput = z.output<typeof endContactInput>
export type TargetCommandInput = z.output<typeof targetCommandInput>
export type FailOverInput = z.output<typeof failOverInput>
export type RevokeCredentialInput = z.output<typeof revokeCredentialInput>
