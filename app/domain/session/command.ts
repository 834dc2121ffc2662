import { ok, type Result, refuse } from '../result.ts'

/**
 * What an operator can have the connector do with a session, or with itself. Pausing a session is configuration, so it
 * is not among these.
 */
export const sessionActions = [
  'log-out',
  'set-number',
  'reset',
  'accept-reset',
  'acknowledge',
  'confirm-clock',
] as const
export type SessionAction = (typeof sessionActions)[number]

/** `connector`: the connector of an environment as a whole, under the name of the environment. */
export const sessionKinds = ['target', 'feed', 'connector'] as const
export type SessionKind = (typeof sessionKinds)[number]

/** MsgSeqNum(34) has nine digits. */
const mostNumber = 999_999_999
/** How far one command may raise a number that can never fall again, so that a typing error costs no more than this. */
export const mostRaise = 1_000_000
/** Milliseconds. An older command would surprise people, so it is not carried out any more. */
export const commandLastsMs = 10 * 60_000

/** `expected`: the next number expected of the peer; `next`: the next one of ours. */
export type SessionCommand = { action: SessionAction; expected?: number | undefined; next?: number | undefined }

export type UnfitCommand = { code: 'unfit-command'; sentence: string }

/** Whether a command fits this kind of session; whether the session's state allows it is for the connector to judge. */
export function fitCommand(kind: SessionKind, command: SessionCommand): Result<SessionCommand, UnfitCommand> {
  const unfit = (sentence: string) => refuse({ code: 'unfit-command', sentence } as const)
  const { action } = command
  if (isOfConnector(action) !== (kind === 'connector'))
    return unfit('acknowledge and confirm-clock are for the connector of an environment, and its only commands.')
  if (action === 'reset' && kind === 'feed')
    return unfit('reset is for targets. A feed whose gateway has started again takes accept-reset.')
  if (action === 'accept-reset' && kind === 'target')
    return unfit('accept-reset is for feeds. The numbers of a target start again with reset.')
  const numbers = [command.expected, command.next].filter((number) => number !== undefined)
  if (action !== 'set-number' && numbers.length > 0) return unfit('--expected and --next belong to set-number.')
  if (action === 'set-number' && numbers.length === 0) return unfit('set-number needs --expected N, --next N or both.')
  if (numbers.some((number) => !Number.isInteger(number) || number < 1 || number > mostNumber))
    return unfit(`A sequence number is a whole number from 1 to ${mostNumber}.`)
  return ok(command)
}

/** Whether an action is for the connector as a whole rather than for a session. */
export const isOfConnector = (action: string): boolean => action === 'acknowledge' || action === 'confirm-clock'

/** A session as it was last reported. */
export type SessionFacts = {
  kind: SessionKind
  name: string
  /** A Drop Copy 4.0 target goes on counting while no client is logged on. */
  protocol: 'classic' | 'dc4'
  isLoggedOn: boolean
  /** The next number expected of the peer, and the next one of ours. */
  nextIn: number
  nextOut: number
  /** Copies without a number: `waiting` ones come with the next logon, `held` ones only by Application Resend. */
  waiting: number
  held: number
}

/** Tells a person before they act what the peer will see and what becomes of the copies. */
export function consequenceOf(session: SessionFacts, command: SessionCommand | { action: 'pause' | 'resume' }): string {
  const cut = session.isLoggedOn ? 'is logged out and may log on again at once' : 'is not logged on'
  switch (command.action) {
    case 'pause':
      return `${session.name} is logged out and cannot log on until it is resumed. ${copiesOf(session)} What comes meanwhile is kept as for any client that is away.`
    case 'resume':
      return `The client of ${session.name} may log on again. ${copiesOf(session)}`
    case 'log-out':
      return `${peerOf(session)} ${cut}. No number changes but the one that our Logout uses. ${session.kind === 'target' ? copiesOf(session) : ''}`.trim()
    case 'set-number':
      return `${peerOf(session)} ${cut}. ${numbersOf(session, command)}`
    case 'reset':
      return `${peerOf(session)} ${cut}. Both directions start at 1 then; it has to start at 1, too. ${strandedBy(session)}`
    case 'acknowledge':
      return `The connector of ${session.name} ends the alarm that it leads with a journal that is behind, and pages show its states again. Do this only when clients have compared what they received with their own records.`
    case 'confirm-clock':
      return `The clock of the connector of ${session.name} is right now: logon windows go by it, and a reset that is due by it comes at once, with the end of the trading week for clients. The alarm \`clock\` says what waits and how many copies it strands.`
    case 'accept-reset':
      return `Of ${session.name} 1 is expected again instead of ${session.nextIn}; our own number goes on at ${session.nextOut}. What of its earlier numbers was still missing counts as lost. Do this only when the gateway has really started again.`
  }
}

const peerOf = ({ kind, name }: SessionFacts): string =>
  kind === 'target' ? `The client of ${name}` : `The gateway of ${name}`

export const copiesWait = (count: number): string => (count === 1 ? '1 copy waits' : `${count} copies wait`)

const copiesOf = ({ waiting, held }: SessionFacts): string =>
  `${copiesWait(waiting)}, ${held === 1 ? '1 copy is' : `${held} copies are`} held.`

function numbersOf(session: SessionFacts, { expected, next }: SessionCommand): string {
  const said: string[] = []
  if (expected !== undefined) {
    said.push(`Its next number is expected to be ${expected} instead of ${session.nextIn}.`)
    if (session.kind === 'feed') said.push('The numbers between count as lost: they are not asked for again.')
  }
  if (next !== undefined)
    said.push(`Our next number is ${next} instead of ${session.nextOut}; asked for those between, we gap-fill them.`)
  return said.join(' ')
}

function strandedBy(session: SessionFacts): string {
  const sent = `What went out under the numbers up to ${session.nextOut - 1} cannot be had by Resend Request any more`
  if (session.protocol === 'dc4') return `${sent}, and it was numbered whether or not the client was there.`
  return `${sent}, by Application Resend it can. ${copiesOf(session)} Chain and cursor stay.`
}
