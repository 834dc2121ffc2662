import { z } from 'zod'
import { commandId, version } from '../request/command-input.ts'
import { line, reason } from '../request/input.ts'
import { roles } from './roles.ts'

const personName = line(120).min(1, 'The name of the person.')
const email = z.string().trim().toLowerCase().max(254).pipe(z.email('An e-mail address.'))
const roleList = z.preprocess(
  (value) => (Array.isArray(value) ? value : value ? [value] : []),
  z.array(z.enum(roles)).min(1, 'At least one role.').max(roles.length),
)

export const inviteUserInput = z.object({ commandId, firmId: z.uuid(), email, name: personName, roles: roleList })
export const disableUserInput = z.object({ commandId, userId: z.uuid(), reason })
export const changeRolesInput = z.object({
  commandId,
  userId: z.uuid(),
  /** of the person as the page showed them */
  version,
  roles: roleList,
  reason,
})

export type InviteUserInput = z.output<typeof inviteUserInput>
export type DisableUserInput = z.output<typeof disableUserInput>
export type ChangeRolesInput = z.output<typeof changeRolesInput>
