import { z } from 'zod'
import { isTimeZone } from '../calendar/zone.ts'
import { readNetwork } from './network.ts'

/**
 * The building blocks that feeds, sources and targets share. FIX values are printable ASCII without SOH (spec §2.1).
 */

const pattern = (expression: RegExp, says: string) => z.string().regex(expression, says)

export const compId = pattern(/^[\x21-\x7e]{1,32}$/, 'must be 1 to 32 printable characters without spaces')
export const subId = pattern(/^[\x20-\x7e]{1,32}$/, 'must be 1 to 32 printable characters')
export const objectId = pattern(/^[\w.:-]{1,64}$/, 'must be 1 to 64 letters, digits, or . : _ -')
/** One journal, one connector: see `#domain/reference/shard.ts`. */
export const shard = objectId
/** 3-character Session ID + 3-character Firm ID (spec §1). */
export const sourceId = pattern(/^[A-Za-z0-9]{6}$/, 'must be a 3-character session ID and a 3-character firm ID')
/** Target Session ID without its FTI (spec §1). */
export const targetSessionId = pattern(/^[A-Za-z0-9]{6}$/, 'must be 6 letters or digits')
/** MSGW market segment, sent in 50 and 57 (spec §3.3). */
export const segment = pattern(/^\d{1,4}$/, 'must be a market segment number')
const host = pattern(/^[\w.:-]{1,253}$/, 'must be a host name or an address')
/** 0: any free port, for tests and the sandbox. */
const port = z.int().min(0).max(65535)
export const address = { host, port }
export const allowFrom = z.array(
  z.string().refine((word) => readNetwork(word) !== undefined, 'must be an address or a network such as 192.0.2.0/24'),
)

export const heartbeatS = z.int().min(0).max(3600)

const secret = pattern(/^[\x20-\x7e]{1,256}$/, 'must be 1 to 256 printable characters')
const hex = pattern(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits')

/**
 * A password in the clear, or one of two verifiers: sha256(salt ‖ password), salt as UTF-8
 * text, in hexadecimal; or an argon2id string.
 */
const passwordCredential = z.union([
  z.strictObject({ kind: z.literal('password'), password: secret }),
  z.strictObject({ kind: z.literal('password'), sha256: hex, salt: z.string().min(1).max(128) }),
  z.strictObject({ kind: z.literal('password'), argon2: z.string().startsWith('$argon2') }),
])
const hmacCredential = z.strictObject({
  kind: z.literal('hmac'),
  accessKeyId: z.string().min(1).max(32),
  secretKey: pattern(/^[\w-]{16,}$/, 'must be base64url without padding'),
})
export const credential = z.union([...passwordCredential.options, hmacCredential])
export type Credential = z.output<typeof credential>

/** Refers to a secret kept elsewhere; resolved when a snapshot is assembled from parts. */
export const credentialReference = z.strictObject({ kind: z.enum(['password', 'hmac']), ref: z.string().min(1) })
export type CredentialReference = z.output<typeof credentialReference>

/**
 * Paths of PEM files on the connector's machine. `ca`: who signs the other end's certificates; an acceptor that has a
 * `ca` demands such a certificate.
 */
export const tls = z.strictObject({
  cert: z.string().min(1).optional(),
  key: z.string().min(1).optional(),
  ca: z.string().min(1).optional(),
})

const timeOfDay = pattern(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 16:00')
/** IANA name. */
const zone = z.string().refine(isTimeZone, 'must be a time zone such as America/Chicago')
const weekday = z.enum(['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'])

/** When the numbers start again (spec §2.6). */
export const week = z.strictObject({ zone, day: weekday, time: timeOfDay })

/**
 * When a feed that we open starts the numbers of both directions at 1: never, at every Logon (141=Y), or daily at a set
 * time, without 141, as its acceptor does.
 */
export const reset = z.union([z.enum(['never', 'always']), z.strictObject({ zone, time: timeOfDay })])
export type Reset = z.output<typeof reset>

/** Logon window of a target: from one moment of the week to another, in `zone`. */
export const logonWindow = z
  .strictObject({
    zone,
    from: z.strictObject({ day: weekday, time: timeOfDay }),
    to: z.strictObject({ day: weekday, time: timeOfDay }),
  })
  .refine(({ from, to }) => from.day !== to.day || from.time !== to.time, 'must not begin and end at the same moment')

const seconds = z.int().min(0).max(3600).optional()
/**
 * The switches behind the two presets, each of which may be set by itself; names and
 * meaning are those of the FIX library's table.
 */
export const policySwitches = {
  heartbeatS: z
    .tuple([heartbeatS, heartbeatS])
    .refine(([low, high]) => low <= high, 'must be [lowest, highest]')
    .optional(),
  testRequestAfterLogon: z.boolean().optional(),
  requiredHeader: z.array(z.int().min(1)).optional(),
  alphanumericSubId: z.boolean().optional(),
  faultToleranceIndicator: z.string().max(1).optional(),
  noLogonFirst: z.enum(['logout', 'close']).optional(),
  resetAtLogon: z.enum(['refuse', 'accept']).optional(),
  echoReset: z.enum(['always', 'if-set']).optional(),
  wrongCompId: z.enum(['ignore', 'logout']).optional(),
  wrongBeginString: z.enum(['reject', 'logout']).optional(),
  noSeqNum: z.enum(['ignore', 'logout']).optional(),
  credentials: z.enum(['required', 'if-configured']).optional(),
  possDupWithoutOrigTime: z.enum(['discard', 'reject']).optional(),
  sequenceReset: z.enum(['strict', 'lenient']).optional(),
  logoutAboveGap: z.enum(['fill-first', 'answer']).optional(),
  resendCap: z.int().min(0).optional(),
  secondResend: z.enum(['reject', 'merge']).optional(),
  resendChunk: z.int().min(0).optional(),
  sendingTimeS: seconds,
  nextExpectedInLogout: z.boolean().optional(),
  rejectLayout: z.enum(['cme', 'fix']).optional(),
  fieldRules: z.enum(['all', 'session']).optional(),
  unknownTypes: z.enum(['reject', 'accept']).optional(),
  logonTimeoutS: seconds,
  logoutWaitS: seconds,
  testRequestAfter: z.number().min(0.1).max(10).optional(),
  staleAfter: z.number().min(0.1).max(10).optional(),
}
const policyPreset = z.enum(['cme', 'fix'])
export const policy = z.union([
  policyPreset,
  z.strictObject({ preset: policyPreset.default('cme'), ...policySwitches }),
])
export type Policy = z.output<typeof policy>

/**
 * Message level and its sub-filters (spec §4). A filter set to false narrows the level; rejects and ebs are off
 * unless set, and then belong to acknowledgments.
 */
export const level = z.enum(['executions', 'acknowledgments', 'all'])
export const filters = z.strictObject({
  fills: z.boolean().optional(),
  tradeCancels: z.boolean().optional(),
  tradeCorrections: z.boolean().optional(),
  newOrders: z.boolean().optional(),
  cancelsAndModifies: z.boolean().optional(),
  eliminations: z.boolean().optional(),
  massActions: z.boolean().optional(),
  rejects: z.boolean().optional(),
  ebs: z.boolean().optional(),
})
