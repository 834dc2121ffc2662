import type { SessionOfAnother } from '../consent/submission.ts'
import type { Level } from '../group/states.ts'
import type { RequestKind } from './lifecycle.ts'
import type { Slice } from './round.ts'

const levelWords: Record<Level, string> = {
  executions: 'trade execution reports only',
  acknowledgments: 'order entry acknowledgments only',
  all: 'all messages',
}

/** The sentence that is signed and stored with the decision, in the words the page shows. */
export function signingSentence(slice: Slice, signer: string): string {
  const { firm, recipient, sources, ofOthers = [], contacts, payment } = slice
  const people = inWords(contacts.map((contact) => contact.name))
  const named = people ? ` ${people} may administer the group.` : ''
  switch (slice.capacity) {
    case 'guarantor': {
      const level = slice.level ? levelWords[slice.level] : 'no messages'
      const copies =
        sources.length > 0
          ? `copies of ${sessionsSigned(sources, ofOthers)} go to ${recipient.name}, ${level}, until withdrawn.`
          : ''
      const agree = copies || `${people} may administer group ${slice.group} of ${recipient.name}.`
      return `I, ${signer}, signatory of ${firm.name} (${firm.code}), agree that ${agree}${copies ? named : ''}`
    }
    case 'bill-to':
      return `I, ${signer}, billing approver of ${firm.name}, agree that ${firm.name} pays for group ${slice.group} of ${recipient.name}, account ${payment?.account ?? ''}.`
    case 'exchange':
      return `I, ${signer}, for ${firm.name}, approve this request of ${recipient.name} for group ${slice.group}.`
  }
}

/** Who submits: by name, and the clearing firms that authorized them for this group. */
type SubmittedBy = { name: string; contactFor: readonly string[] }

/**
 * The sentence by which a submission is a clearing firm's consent: shown before it is signed, kept with that firm's
 * part of the round, and read by that firm.
 */
export function consentSentence(
  { firm, group, recipient, sources, level }: Pick<Slice, 'firm' | 'group' | 'recipient' | 'sources' | 'level'>,
  by: SubmittedBy,
): string {
  const name = `${firm.name} (${firm.code})`
  const as = by.contactFor.includes(firm.id) ? `authorized by ${name} for group ${group}` : `signatory of ${name}`
  const named = sessionsSigned(sources, []).replace(/^the /, '')
  const what = `copies go to ${recipient.name}, ${level ? levelWords[level] : 'no messages'}, until withdrawn`
  return `I, ${by.name}, ${as}, ask for this change, and this is the consent of ${firm.name} for its ${named}: ${what}.`
}

/** What a submission itself says: who asks for what, and who answers. */
export function submissionSentence(asked: {
  by: string
  owner: string
  /** entered by the exchange on the owner's behalf */
  byExchange: boolean
  kind: RequestKind
  group: string
  /** firms that still have to answer, besides the exchange */
  goesTo: readonly string[]
  /** sessions whose clearing firms answer too, and are not named to the submitter before */
  alsoFor: readonly string[]
}): string {
  const what = {
    'new-group': `ask for group ${asked.group} as this request describes it`,
    change: `ask for this change of group ${asked.group}`,
    close: `ask that group ${asked.group} be closed`,
  }[asked.kind]
  const onWhose = asked.byExchange ? `for the exchange and on behalf of ${asked.owner}` : `for ${asked.owner}`
  return `I, ${asked.by}, ${onWhose}, ${what}. It goes to ${inWords([...asked.goesTo, 'the exchange', ...unnamedFirms(asked.alsoFor)])}.`
}

/** The words say neither who the firms are nor whether there is such a session. */
function unnamedFirms(sources: readonly string[]): string[] {
  if (sources.length === 0) return []
  const named = sources.length > 3 ? `one of the ${sources.length} sessions that were typed` : inWords(sources, 'or')
  return [`every clearing firm that guarantees ${named}`]
}

type Asked = Pick<Slice, 'capacity' | 'sources' | 'contacts' | 'level' | 'payment'>

/** What is asked of a firm, in the words that it reads in its list: "Consent for K7T882 and M3P882, all messages". */
export function askedWords({ capacity, sources, contacts, level, payment }: Asked): string {
  if (capacity === 'bill-to') return `To pay for it, account ${payment?.account ?? ''}`
  const people = inWords(contacts.map((contact) => contact.name))
  const named = sources.length > 3 ? `${sources.length} sessions` : inWords(sources)
  const asked = [
    ...(sources.length > 0 ? [`Consent for ${named}${level ? `, ${levelWords[level]}` : ''}`] : []),
    ...(people ? [`Authority for ${people}`] : []),
  ]
  return asked.join('. ')
}

/**
 * The sentence is complete even without the sheet. More than three sessions are only counted here, and named in the
 * slice stored with the sentence.
 */
function sessionsSigned(names: readonly string[], ofOthers: readonly SessionOfAnother[]): string {
  const others = ofOthers.length > 0 ? ` (${inWords(ofOthers.map(ofAnother))})` : ''
  if (names.length > 3) return `the ${names.length} sessions named in this sheet${others}`
  return `${names.length === 1 ? 'session' : 'sessions'} ${inWords(names)}${others}`
}

const ofAnother = ({ source, firm }: SessionOfAnother) => `${source} is a session of ${firm}`

const inWords = (names: readonly string[], joiner = 'and'): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} ${joiner} ${names.at(-1)}`
