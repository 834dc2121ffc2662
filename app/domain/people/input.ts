import { z } from 'zod'
import { commandId, version } from '../request/command-input.ts'
import { reason } from '../request/input.ts'
import { line } from '../text.ts'
import { email } from './email.ts'
import { roles } from './roles.ts'

export const personName = line(120).min(1, 'The name of the person.')
const roleList = z.array(z.enum(roles)).min(1, 'At least one role.').max(roles.length)

/** The exchange and its first administrator, as named by the person who sets up the installation. */
export const firstPeople = {
  exchange: line(120).min(1, 'The name of the exchange.'),
  name: line(120).min(1, 'Your name.'),
  email,
}
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

/** Make a new link for a person, or take the code of their link: one person and a reason. */
export const linkInput = z.object({ commandId, userId: z.uuid(), reason })
export const codeInput = z.object({ commandId, userId: z.uuid() })
/** A domain as written behind the @ of an address. */
const domain = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .regex(
    /^(?=.{3,})(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])$/,
    'A domain, as in alder.example.',
  )
export const addDomainInput = z.object({ commandId, firmId: z.uuid(), domain, reason })
export const endDomainInput = z.object({ commandId, firmId: z.uuid(), domainId: z.uuid(), reason })

export type LinkInput = z.output<typeof linkInput>
export type CodeInput = z.output<typeof codeInput>
export type AddDomainInput = z.output<typeof addDomainInput>
export type EndDomainInput = z.output<typeof endDomainInput>
export type InviteUserInput = z.output<typeof inviteUserInput>
export type DisableUserInput = z.output<typeof disableUserInput>
export type ChangeRolesInput = z.output<typeof changeRolesInput>
