import type { Role } from '#domain/people/roles.ts'

/** All people and firms of the sandbox, plainly made up. Firms are named by a key that only the seed knows. */
type SeedFirm = {
  key: string
  name: string
  /** of its people's e-mail addresses */
  domain: string
  isExchange?: true
  codes: { kind: 'execution' | 'clearing'; code: string; class: 'A' | 'other' | null }[]
}

export const seedFirms: readonly SeedFirm[] = [
  { key: 'harbor', name: 'Harbor Exchange', domain: 'harbor.example', isExchange: true, codes: [] },
  {
    key: 'xenon',
    name: 'Xenon Clearing',
    domain: 'xenon.example',
    codes: [{ kind: 'clearing', code: '560', class: 'A' }],
  },
  {
    key: 'birch',
    name: 'Birch Clearing',
    domain: 'birch.example',
    codes: [{ kind: 'clearing', code: '571', class: 'other' }],
  },
  {
    key: 'alder',
    name: 'Alder Trading',
    domain: 'alder.example',
    codes: [{ kind: 'execution', code: '882', class: null }],
  },
  {
    key: 'cedar',
    name: 'Cedar Markets',
    domain: 'cedar.example',
    codes: [{ kind: 'execution', code: '914', class: null }],
  },
  {
    key: 'dogwood',
    name: 'Dogwood Capital',
    domain: 'dogwood.example',
    codes: [{ kind: 'execution', code: '733', class: null }],
  },
]

type SeedPerson = {
  key: string
  firm: string
  name: string
  email: string
  roles: Role[]
  phone?: string
  hours?: string
}

const hours = 'Mon to Fri, 7:00 to 17:00 Chicago time'

export const seedPeople: readonly SeedPerson[] = [
  {
    key: 'avery',
    firm: 'alder',
    name: 'Avery Alder',
    email: 'avery@alder.example',
    roles: ['requester', 'billing-approver'],
  },
  {
    key: 'alex',
    firm: 'alder',
    name: 'Alex Alder',
    email: 'alex@alder.example',
    roles: ['technical-contact', 'firm-admin'],
  },
  {
    key: 'casey',
    firm: 'cedar',
    name: 'Casey Cedar',
    email: 'casey@cedar.example',
    roles: ['requester', 'technical-contact'],
  },
  {
    key: 'drew',
    firm: 'dogwood',
    name: 'Drew Dogwood',
    email: 'drew@dogwood.example',
    roles: ['requester', 'technical-contact'],
  },
  { key: 'xan', firm: 'xenon', name: 'Xan Xenon', email: 'xan@xenon.example', roles: ['clearing-signatory'] },
  { key: 'bailey', firm: 'birch', name: 'Bailey Birch', email: 'bailey@birch.example', roles: ['clearing-signatory'] },
  {
    key: 'harper',
    firm: 'harbor',
    name: 'Harper Harbor',
    email: 'harper@harbor.example',
    roles: ['gam'],
    phone: '+1 312 555 0140',
    hours,
  },
  {
    key: 'hollis',
    firm: 'harbor',
    name: 'Hollis Harbor',
    email: 'hollis@harbor.example',
    roles: ['gam', 'operations'],
    phone: '+1 312 555 0141',
    hours,
  },
]

/** Order-entry sessions, all on the one simulated gateway; a source's name is session + execution code. */
export const seedSources: readonly { session: string; firm: string; guarantors: string[] }[] = [
  { session: 'K7T', firm: 'alder', guarantors: ['xenon'] },
  { session: 'M3P', firm: 'alder', guarantors: ['birch'] },
  { session: 'Q1A', firm: 'alder', guarantors: ['xenon'] },
  { session: 'V8N', firm: 'alder', guarantors: ['xenon', 'birch'] },
  { session: 'R5C', firm: 'cedar', guarantors: ['xenon'] },
  { session: 'S2D', firm: 'cedar', guarantors: ['birch'] },
  { session: 'T9F', firm: 'dogwood', guarantors: ['xenon'] },
  { session: 'W4G', firm: 'dogwood', guarantors: ['birch'] },
]

const contact = (name: string, email: string, clearingCode: string) => ({
  name,
  title: 'Head of trading operations',
  email,
  phone: '+1 312 555 0100',
  clearingCode,
})

export type SeedGroup = {
  key: 'cedar-risk' | 'dogwood-surveillance' | 'alder-options' | 'cedar-back-office' | 'alder-desk-7'
  by: string
  groupName: string
  purpose: string
  sources: string[]
  level: 'executions' | 'acknowledgments' | 'all'
  contacts: ReturnType<typeof contact>[]
}

export const seedGroups: readonly SeedGroup[] = [
  {
    key: 'cedar-risk',
    by: 'casey',
    groupName: 'Cedar risk',
    purpose: 'Real-time position keeping of the risk desk.',
    sources: ['R5C914', 'S2D914'],
    level: 'all',
    contacts: [
      contact('Casey Cedar', 'casey@cedar.example', '560'),
      contact('Casey Cedar', 'casey@cedar.example', '571'),
    ],
  },
  {
    key: 'dogwood-surveillance',
    by: 'drew',
    groupName: 'Dogwood surveillance',
    purpose: 'Fills for trade surveillance.',
    sources: ['T9F733', 'W4G733'],
    level: 'executions',
    contacts: [contact('Drew Dogwood', 'drew@dogwood.example', '560')],
  },
  {
    key: 'alder-options',
    by: 'avery',
    groupName: 'Options desk',
    purpose: 'Fills of the options desk for its margin system.',
    sources: ['Q1A882', 'V8N882'],
    level: 'executions',
    contacts: [contact('Avery Alder', 'avery@alder.example', '560')],
  },
  {
    key: 'cedar-back-office',
    by: 'casey',
    groupName: 'Cedar back office',
    purpose: '',
    sources: ['S2D914'],
    level: 'all',
    contacts: [contact('Casey Cedar', 'casey@cedar.example', '571')],
  },
  {
    key: 'alder-desk-7',
    by: 'avery',
    groupName: 'Desk 7',
    purpose: 'Positions and open orders of desk 7.',
    sources: ['K7T882', 'M3P882'],
    level: 'all',
    contacts: [
      contact('Avery Alder', 'avery@alder.example', '560'),
      contact('Avery Alder', 'avery@alder.example', '571'),
    ],
  },
]

export const returnReason =
  'Say what the copies are for, and whether the back office needs acknowledgments as well as fills.'
