import { type Act, isByPerson, type PersonsAct, type Text } from './acts.ts'
import type { Contact, Who } from './facts.ts'
import { clearingCode, firms, people } from './world.ts'

/** A step in plain words, for the trace of a walk that went wrong. */
export function sentence(act: Act): string {
  if (isByPerson(act)) return `${nameOf(act.by)} ${deed(act)}`
  switch (act.kind) {
    case 'reference data':
      return `Reference data: ${firms[act.firm].name} ${act.guarantees ? 'guarantees' : 'guarantees no longer'} ${act.source}`
    case 'publish reference data':
      return 'The exchange publishes its reference data'
    case 'time passes':
      return `${act.seconds} seconds pass`
    case 'connector reports':
      return act.state === 'running' ? 'The connector runs everything' : 'The connector refuses what was published'
  }
}

function deed(act: PersonsAct): string {
  switch (act.kind) {
    case 'start': {
      const behalf = act.owner ? ` on behalf of ${firms[act.owner].name}` : ''
      const what = { 'new-group': 'a request for a new group', change: 'a change', close: 'the end' }[act.what]
      return `begins ${what}${act.group ? ` of group ${act.group}` : ''}${behalf} (${act.request})`
    }
    case 'save':
      return `writes into ${act.request}: ${written(act.text)}`
    case 'decide': {
      const shown = act.shown === 'present' ? '' : `, naming another ${act.shown.slice('other '.length)} than is shown`
      return `${{ approve: 'approves', return: 'returns', reject: 'rejects' }[act.verdict]} ${act.request} as ${act.capacity}${shown}`
    }
    case 'attach paper':
      return `attaches ${act.paper} to ${act.request}`
    case 'submit':
      return `submits ${act.request}`
    case 'take back':
      return `takes the approval of ${act.request} back`
    case 'withdraw':
      return `withdraws ${act.request}`
    case 'undo':
      return `undoes the publication of ${act.request}`
    case 'discard':
      return `discards ${act.request}`
    case 'copy':
      return `copies ${act.request} as ${act.copy}`
    case 'withdraw consent':
      return `withdraws consent for ${act.sources.join(' and ')} in ${act.group}, ${act.mode.replaceAll('-', ' ')}`
    case 'pause':
    case 'resume':
      return `${act.kind}s target ${act.target + 1} of ${act.group}`
    case 'fail over':
      return `fails target ${act.target + 1} of ${act.group} over to its ${act.to} address`
    case 'create credential':
      return `creates a password for target ${act.target + 1} of ${act.group} (${act.credential})`
    case 'revoke credential':
      return `revokes password ${act.credential}`
    case 'end contact':
      return `ends ${contactOf(act.contact)} as contact of ${act.group}`
    case 'change roles':
      return `makes ${nameOf(act.person)} ${act.roles.join(' and ')}`
    case 'disable':
      return `locks ${nameOf(act.person)} out`
    case 'invite':
      return `invites ${act.person} into ${firms[act.firm].name} as ${act.roles.join(' and ')}`
  }
}

const nameOf = (who: Who) => people[who]?.name ?? who
const contactOf = ({ who, firm }: Contact) => `${nameOf(who)} for ${firms[firm].name} (${clearingCode(firm)})`

function written(text: Text): string {
  switch (text.step) {
    case 'group':
      return `name ${text.name}, account ${text.account}`
    case 'sources':
      return `${text.sources.join(', ')} at ${text.level}`
    case 'people':
      return text.contacts.map(contactOf).join(', ')
    case 'close':
      return 'why'
    case 'change': {
      const { add, remove, level, rejects, contacts } = text.wish
      const parts = [
        ...(add.length > 0 ? [`add ${add.join(', ')}`] : []),
        ...remove.map((row) => `remove ${row.source}${row.revoked ? ', and nothing again' : ''}`),
        ...(level ? [`level ${level}`] : []),
        ...(rejects === null ? [] : [rejects ? 'with rejects' : 'without rejects']),
        ...contacts.map((contact) => `name ${contactOf(contact)}`),
      ]
      return parts.join('; ')
    }
  }
}
