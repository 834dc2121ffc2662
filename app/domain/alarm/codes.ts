/**
 * What a connector raises alarms about. What each means and what to do about it: docs/operations.md, whose table has
 * the codes in this order.
 */
export const alarmCodes = [
  'configuration',
  'feed-refused',
  'aside',
  'unusable',
  'conflict',
  'lost',
  'disk-full',
  'failover',
  'suspect-tail',
  'damaged',
  'clock',
  'clock-set',
  'took-over',
  'database-behind',
  'ids',
] as const
export type AlarmCode = (typeof alarmCodes)[number]

/**
 * Alarms that nobody has to act on at once: pages show them in amber, and no group turns to *Needs you* because of one.
 */
export const patientCodes: readonly AlarmCode[] = ['aside', 'ids', 'clock-set']

/** `code` as it was reported. */
export const canWait = (code: string): boolean => patientCodes.some((one) => one === code)
