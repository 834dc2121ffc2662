import { Tag } from './tags.ts'

/**
 * What differs between session dialects, each as a named switch. `cme` is the behaviour of the exchange's Drop Copy
 * (spec §2), `fix` the plain FIX 4.2 session protocol that other venues' clients expect. Values are plain JSON.
 */
type Switches = {
  /**
   * Least and greatest HeartBtInt(108), seconds. A Logon outside is ignored: no answer, and the logon timer runs on.
   */
  heartbeatS: readonly [min: number, max: number]
  /** A Test Request follows every Logon answer. */
  testRequestAfterLogon: boolean
  /** Header tags a peer must send: 50, 57, 142. */
  requiredHeader: readonly number[]
  /** SenderSubID(50) may hold letters and digits only. */
  alphanumericSubId: boolean
  /** The seventh character of SenderCompID(49) must be this; empty: not looked at. */
  faultToleranceIndicator: string
  /**
   * The first message is no valid Logon: answer with a Logout (bytes that cannot be read are passed over), or close
   * without a byte. (A foreign 49 never reaches the session.)
   */
  noLogonFirst: 'logout' | 'close'
  /** 141=Y on the first Logon of a connection. */
  resetAtLogon: 'refuse' | 'accept'
  /** 141 in the Logon answer: always (Y or N), or only when it is Y. */
  echoReset: 'always' | 'if-set'
  /** Foreign 49 on a live session: ignored and not counted, or Reject and Logout. */
  wrongCompId: 'ignore' | 'logout'
  /**
   * BeginString(8) of another version on a live session: Reject and Logout in its turn, or a Logout at once
   * without a look at its number.
   */
  wrongBeginString: 'reject' | 'logout'
  /** A message without a readable 34. */
  noSeqNum: 'ignore' | 'logout'
  /** Whether credentials must be right even when none are configured. The driver's switch: the session only asks. */
  credentials: 'required' | 'if-configured'
  /** 43=Y without 122 below the expected number. */
  possDupWithoutOrigTime: 'discard' | 'reject'
  /**
   * Sequence Reset in reset mode: own 34 must be the next and a lower 36 logs out; or own 34 is ignored and a lower 36
   * rejected.
   */
  sequenceReset: 'strict' | 'lenient'
  /** A Logout above a gap: answered once the gap closes (at the latest after `logoutWaitS`), or at once. */
  logoutAboveGap: 'fill-first' | 'answer'
  /** Messages a Resend Request may span; 0: no cap. */
  resendCap: number
  /** A Resend Request while another is served. */
  secondResend: 'reject' | 'merge'
  /**
   * Numbers we ask for in one Resend Request. Up to as many: 16=0; more: exact ranges, one after the other. 0: always
   * 16=0.
   */
  resendChunk: number
  /** How far SendingTime(52) may be off, seconds; 0: not checked. */
  sendingTimeS: number
  /** NextExpectedMsgSeqNum(789) in our Logouts: `writesNextExpected` decides with it. */
  nextExpectedInLogout: boolean
  /** Reject(3): 45 58 and, where a tag is to blame, 371 372 373; or FIX's 45 371 372 373 58. */
  rejectLayout: 'cme' | 'fix'
  /**
   * What must keep FIX's rules of fields (none repeated, misplaced, undefined or malformed, 122 not after 52): all
   * messages, or session messages alone: a gateway's application messages must be kept.
   */
  fieldRules: 'all' | 'session'
  /** MsgTypes that no dictionary knows: rejected, or handed on like any application message. */
  unknownTypes: 'reject' | 'accept'
  /** Seconds a connection has until its Logon must have come. */
  logonTimeoutS: number
  /** Seconds until we close after our Logout was not answered. */
  logoutWaitS: number
  /**
   * Silence of the peer, in intervals: until a Test Request goes out, and from then on until the connection is closed.
   */
  testRequestAfter: number
  staleAfter: number
}

type PresetName = 'cme' | 'fix'

/** One table, two columns. */
const table = {
  //                       cme            fix
  heartbeatS: [[5, 60] as [number, number], [0, 3600] as [number, number]],
  testRequestAfterLogon: [true, false],
  requiredHeader: [[Tag.SenderSubID, Tag.TargetSubID, Tag.SenderLocationID] as number[], [] as number[]],
  alphanumericSubId: [true, false],
  faultToleranceIndicator: ['N', ''],
  noLogonFirst: ['logout', 'close'],
  resetAtLogon: ['refuse', 'accept'],
  echoReset: ['always', 'if-set'],
  wrongCompId: ['ignore', 'logout'],
  wrongBeginString: ['reject', 'logout'],
  noSeqNum: ['ignore', 'logout'],
  credentials: ['required', 'if-configured'],
  possDupWithoutOrigTime: ['discard', 'reject'],
  sequenceReset: ['strict', 'lenient'],
  logoutAboveGap: ['fill-first', 'answer'],
  resendCap: [2500, 0],
  secondResend: ['reject', 'merge'],
  resendChunk: [2500, 2500],
  sendingTimeS: [0, 120],
  nextExpectedInLogout: [true, false],
  rejectLayout: ['cme', 'fix'],
  fieldRules: ['all', 'all'],
  unknownTypes: ['reject', 'reject'],
  logonTimeoutS: [60, 60],
  logoutWaitS: [10, 10],
  testRequestAfter: [1.5, 1.5],
  staleAfter: [1, 1],
} as const satisfies { [K in keyof Switches]: readonly [cme: Switches[K], fix: Switches[K]] }

const switchNames = Object.keys(table) as (keyof Switches)[] // the table's keys are exactly those of Switches

/** The effective rules of one session. */
export type Policy = Switches & { preset: PresetName }

/** A preset by its name, or one with some switches set otherwise: `{ preset: 'cme', heartbeatS: [1, 120] }`. */
export type PolicyChoice = PresetName | ({ preset?: PresetName } & Partial<Switches>)

/** Default preset: `cme`. */
export function resolvePolicy(choice: PolicyChoice = 'cme'): Policy {
  const overrides = typeof choice === 'string' ? {} : choice
  const preset = typeof choice === 'string' ? choice : (choice.preset ?? 'cme')
  const column = preset === 'cme' ? 0 : 1
  const switches = Object.fromEntries(switchNames.map((name) => [name, table[name][column]]))
  const given = Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined))
  return { ...switches, ...given, preset } as Policy // every switch comes from the table
}

/**
 * Whether a Logout of ours says the number that we expect next, NextExpectedMsgSeqNum(789). This is the only place that
 * decides it (spec §2.7): an initiator never writes 789.
 */
export const writesNextExpected = (policy: Policy, role: 'acceptor' | 'initiator'): boolean =>
  role === 'acceptor' && policy.nextExpectedInLogout
