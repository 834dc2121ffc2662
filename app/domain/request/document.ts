import type { Level, Protocol } from '../group/states.ts'

/** A person whom a clearing firm authorizes to administer this group (Schedule 12, spec §9). */
export type ContactEntry = {
  name: string
  title: string
  email: string
  phone: string /** Clearing Firm ID */
  clearingCode: string
}

export type ConnectionEntry = {
  line: 'existing' | 'new'
  /** addresses and networks that the client may log on from, in normal form; none: any address */
  addresses: string[]
  notes: string
}

/** Schedule 12 for a new group, complete. Sources are names of six characters, in the order entered, none twice. */
type NewGroupDocument = {
  kind: 'new-group'
  groupName: string
  purpose: string
  billingAccountId: string
  feeAcknowledged: boolean
  sources: string[]
  level: Level
  rejects: boolean
  protocol: Protocol
  contacts: ContactEntry[]
  connection: ConnectionEntry
}

/** A later change of a group: only what is to become different. */
export type ChangeDocument = {
  kind: 'change'
  reason: string
  addSources: string[]
  removeSources: {
    source: string /** "and nothing again": what was sent before may no longer be asked for */
    revoked: boolean
  }[]
  level: Level | null
  rejects: boolean | null
  /** as in a new group's connection. Null, or absent in rounds frozen before there was this choice: unchanged */
  addresses?: string[] | null
  addContacts: ContactEntry[]
}

export type CloseDocument = { kind: 'close'; reason: string }

export type RequestDocument = NewGroupDocument | ChangeDocument | CloseDocument

/** A document still being written: the same fields, any of which may be empty. */
export type DraftDocument =
  | (Omit<NewGroupDocument, 'level' | 'protocol' | 'connection'> & {
      level: Level | ''
      protocol: Protocol | ''
      connection: { line: 'existing' | 'new' | ''; addresses: string[]; notes: string }
    })
  | ChangeDocument
  | CloseDocument

export type NewGroupDraft = Extract<DraftDocument, { kind: 'new-group' }>

export const emptyNewGroup: NewGroupDraft = {
  kind: 'new-group',
  groupName: '',
  purpose: '',
  billingAccountId: '',
  feeAcknowledged: false,
  sources: [],
  level: '',
  rejects: false,
  protocol: 'classic',
  contacts: [],
  connection: { line: '', addresses: [], notes: '' },
}

export const emptyChange: ChangeDocument = {
  kind: 'change',
  reason: '',
  addSources: [],
  removeSources: [],
  level: null,
  rejects: null,
  addresses: null,
  addContacts: [],
}

export const emptyClose: CloseDocument = { kind: 'close', reason: '' }
