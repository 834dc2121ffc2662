import type { Actor, Standing } from '#domain/people/permissions.ts'
import type { Result } from '#domain/result.ts'
import { endContact } from '#services/group/end-contact.ts'
import { withdrawConsent } from '#services/group/withdraw-consent.ts'
import { changeRoles } from '#services/people/change-roles.ts'
import { disableUser } from '#services/people/disable-user.ts'
import { inviteUser } from '#services/people/invite-user.ts'
import { undoPublication } from '#services/publication/undo-publication.ts'
import type { Refused } from '#services/refused.ts'
import { attachPaper } from '#services/request/attach-paper.ts'
import { copyAsNew } from '#services/request/copy-as-new.ts'
import { decideRequest } from '#services/request/decide-request.ts'
import { discardDraft } from '#services/request/discard-draft.ts'
import { saveDraft } from '#services/request/save-draft.ts'
import { startRequest } from '#services/request/start-request.ts'
import { submitRequest } from '#services/request/submit-request.ts'
import { takeBackApproval } from '#services/request/take-back.ts'
import { withdrawRequest } from '#services/request/withdraw-request.ts'
import { createCredential } from '#services/target/create-credential.ts'
import { failOverTarget } from '#services/target/fail-over-target.ts'
import { pauseTarget } from '#services/target/pause-target.ts'
import { resumeTarget } from '#services/target/resume-target.ts'
import { revokeCredential } from '#services/target/revoke-credential.ts'
import type { PersonsAct, Text } from './acts.ts'
import type { Contact } from './facts.ts'
import type { Lane } from './lane.ts'
import type { Seen, SeenPerson } from './observe.ts'
import { clearingCode, emailOf, environment, exchange, firms, people, worldId } from './world.ts'

/** The database's names of the things for which a walk has labels. */
export type Names = {
  /** request numbers by label */
  requests: Map<string, number>
  /** group ids by label */
  groups: Map<string, string>
  /** by label of the group, in the order in which they were seen */
  targets: Map<string, string[]>
  credentials: Map<string, string>
}

type Answer = Promise<Result<unknown, Refused>>

/**
 * The service that a page or the API would call, with what its page showed. Undefined: this walk has nothing of that
 * name.
 */
export async function perform(
  lane: Lane,
  names: Names,
  seen: Seen,
  act: PersonsAct,
): Promise<Result<unknown, Refused> | undefined> {
  const actor = actorOf(seen, act.by)
  if (!actor) return undefined
  const { deps } = lane
  const commandId = deps.newId()
  const reason = 'Because.'
  if ('request' in act && act.kind !== 'start') {
    const number = names.requests.get(act.request)
    return number === undefined ? undefined : performOnRequest(lane, seen, number, act, actor)
  }
  if ('target' in act) {
    const sessionId = names.targets.get(act.group)?.[act.target]
    if (sessionId === undefined) return undefined
    const input = { commandId, sessionId, reason }
    if (act.kind === 'fail over') return failOverTarget({ ...input, to: act.to }, actor, deps)
    const command = { pause: pauseTarget, resume: resumeTarget, 'create credential': createCredential }[act.kind]
    return command(input, actor, deps)
  }
  switch (act.kind) {
    case 'start': {
      const groupId = act.group === undefined ? undefined : names.groups.get(act.group)
      if (act.group !== undefined && groupId === undefined) return undefined
      const ownerId = act.owner && worldId('firm', act.owner)
      return startRequest({ commandId, kind: act.what, environment, groupId, ownerId }, actor, deps)
    }
    case 'withdraw consent': {
      const groupId = names.groups.get(act.group)
      const { sources, mode } = act
      return groupId === undefined
        ? undefined
        : withdrawConsent({ commandId, groupId, sources, mode, reason }, actor, deps)
    }
    case 'revoke credential': {
      const credentialId = names.credentials.get(act.credential)
      return credentialId === undefined ? undefined : revokeCredential({ commandId, credentialId, reason }, actor, deps)
    }
    case 'end contact': {
      const groupId = names.groups.get(act.group)
      const contactId = contactIdOf(seen, groupId, act.contact)
      if (groupId === undefined || contactId === undefined) return undefined
      return endContact({ commandId, groupId, contactId, reason }, actor, deps)
    }
    default:
      return performOnPerson(lane, seen, act, actor)
  }
}

type OnRequest = Extract<PersonsAct, { request: string }>

function performOnRequest(lane: Lane, seen: Seen, number: number, act: OnRequest, actor: Actor): Answer | undefined {
  const { deps } = lane
  const commandId = deps.newId()
  const request = seen.requests?.find((one) => one.number === number)
  const version = request?.draftVersion ?? 1
  const withReason = { commandId, number, reason: 'Because.' }
  switch (act.kind) {
    case 'start':
      return undefined
    case 'save':
      return saveDraft({ commandId, number, version, ...fieldsOf(act.text) }, actor, deps)
    case 'attach paper': {
      const file = { name: `${act.paper}.txt`, content: Buffer.from(`Signed: ${act.paper}`) }
      return attachPaper({ commandId, number, version }, file, actor, deps)
    }
    case 'submit':
      return submitRequest({ commandId, number, version }, actor, deps)
    case 'discard':
      return discardDraft({ commandId, number, version }, actor, deps)
    case 'copy':
      return copyAsNew({ commandId, number }, actor, deps)
    case 'take back':
      return takeBackApproval(withReason, actor, deps)
    case 'withdraw':
      return withdrawRequest(withReason, actor, deps)
    case 'undo':
      return undoPublication(withReason, actor, deps)
    case 'decide': {
      const { capacity, verdict, shown } = act
      const mine = request?.parties?.find((party) => party.firm === actor.firmId && party.capacity === capacity)
      const digest = shown === 'other digest' ? '0'.repeat(64) : (mine?.digest ?? '0'.repeat(64))
      const round = Math.max(1, (request?.round ?? 1) + (shown === 'other round' ? 1 : 0))
      const reason = verdict === 'approve' ? '' : 'Because.'
      return decideRequest({ commandId, number, round, capacity, digest, verdict, reason }, actor, deps)
    }
  }
}

type OnPerson = Extract<PersonsAct, { kind: 'change roles' | 'disable' | 'invite' }>

function performOnPerson({ deps }: Lane, seen: Seen, act: OnPerson, actor: Actor): Answer | undefined {
  const commandId = deps.newId()
  const reason = 'Because.'
  if (act.kind === 'invite') {
    const { firm, person, roles } = act
    return inviteUser({ commandId, firmId: worldId('firm', firm), email: person, name: person, roles }, actor, deps)
  }
  const person = personOf(seen, act.person)
  if (!person) return undefined
  if (act.kind === 'disable') return disableUser({ commandId, userId: person.id, reason }, actor, deps)
  return changeRoles({ commandId, userId: person.id, version: person.version, roles: act.roles, reason }, actor, deps)
}

/** A person of the world by their key; somebody invited on the way by their address. */
export const personOf = (seen: Seen, who: string): SeenPerson | undefined =>
  seen.people?.find((one) => one.email === contactEmail(who))

/** The person's present rights in the portal; undefined: nobody, because disabled people are not signed in. */
function actorOf(seen: Seen, who: string): Actor | undefined {
  const person = personOf(seen, who)
  if (person?.state !== 'active') return undefined
  const { id: userId, firm: firmId, email, roles } = person
  const isContact = seen.contacts?.some((contact) => contact.user === userId) === true
  // as in the check of the database
  const standings = [...roles, ...(isContact ? ['authorized-contact'] : [])] as Standing[]
  const entry = people[who]
  return {
    kind: 'person',
    userId,
    name: entry?.name ?? email,
    email,
    firmId,
    firmName: entry ? firms[entry.firm].name : '',
    isExchange: firmId === worldId('firm', exchange),
    standings,
  }
}

function contactIdOf(seen: Seen, groupId: string | undefined, { who, firm }: Contact): string | undefined {
  const isTheirs = (one: { group: string; email: string; firm: string }) =>
    one.group === groupId && one.email === contactEmail(who) && one.firm === worldId('firm', firm)
  return seen.contacts?.find(isTheirs)?.id
}

export const contactEmail = (who: string): string => (people[who] ? emailOf(who) : who)

const entryOf = ({ who, firm }: Contact) => ({
  name: people[who]?.name ?? who,
  title: '',
  email: contactEmail(who),
  phone: '+1 312 555 0100',
  clearingCode: clearingCode(firm),
})

function fieldsOf(text: Text): { step: 'group' | 'sources' | 'people'; fields: Record<string, unknown> } {
  switch (text.step) {
    case 'group': {
      const fields = { groupName: text.name, billingAccountId: worldId('account', text.account), feeAcknowledged: true }
      return { step: 'group', fields }
    }
    case 'sources':
      return { step: 'sources', fields: { sources: text.sources, level: text.level, protocol: 'classic' } }
    case 'people': {
      const connection = { line: 'existing', addresses: [] }
      return { step: 'people', fields: { contacts: text.contacts.map(entryOf), connection } }
    }
    case 'change': {
      const { add, remove, level, rejects, contacts } = text.wish
      const fields = { reason: 'Because.', addSources: add, removeSources: remove, level, rejects }
      return { step: 'sources', fields: { ...fields, addContacts: contacts.map(entryOf) } }
    }
    case 'close':
      return { step: 'sources', fields: { reason: 'Because.' } }
  }
}
