import type { Policy as Chosen } from '#domain/configuration/fields.ts'
import { type Policy, resolvePolicy } from '#fix/policy.ts'

/** The session rules of a target as its configuration sets them. */
export const targetPolicy = (chosen: Chosen): Policy => resolvePolicy(known(chosen))

/**
 * The session rules of a feed. Gateways are plain FIX peers under every preset: their CompIDs and headers are not
 * checked, a Logon may reset, we ask for missing messages in chunks that every gateway serves, and no source message is
 * lost because of its fields.
 */
export function feedPolicy(chosen: Chosen): Policy {
  return resolvePolicy({
    heartbeatS: [0, 3600],
    requiredHeader: [],
    alphanumericSubId: false,
    faultToleranceIndicator: '',
    noLogonFirst: 'close',
    resetAtLogon: 'accept',
    credentials: 'if-configured',
    resendChunk: 2500,
    sendingTimeS: 0, // rejecting a message for being long under way would lose it
    fieldRules: 'session',
    ...known(chosen),
  })
}

/** Only the switches that were set: an absent one must not replace the preset's. */
function known(chosen: Chosen): Partial<Policy> {
  if (typeof chosen === 'string') return { preset: chosen }
  // the schema's keys and values are those of the FIX library's table; undefined ones are left out
  return Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined)) as Partial<Policy>
}
