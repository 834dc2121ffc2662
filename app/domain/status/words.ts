/**
 * The words in which connectors report: what they write into the observed tables and count in their metrics, and what
 * pages and the command line read there. docs/operations.md lists them for the metrics, in this order.
 */

/** States of a connector as a whole. */
export type ReportedConnectorState = 'starting' | 'running' | 'draining' | 'stopped'

/** States of the session with a gateway. `paused`: the session is left unread, since the disk is full. */
export const reportedFeedStates = ['paused', 'recovering', 'logged-on', 'connecting', 'refused', 'down'] as const
export type ReportedFeedState = (typeof reportedFeedStates)[number]

/** States of the session with a client. */
export const reportedTargetStates = [
  'paused',
  'refused',
  'no-logon',
  'catching-up',
  'late',
  'on-backup',
  'logged-on',
] as const
export type ReportedTargetState = (typeof reportedTargetStates)[number]

/** Whether the gateway is logged on. */
export const isFeedOnline = (state: ReportedFeedState | undefined): boolean =>
  state === 'logged-on' || state === 'recovering'

/** Whether the client is logged on. */
export const isTargetOnline = (state: ReportedTargetState | undefined): boolean =>
  state === 'logged-on' || state === 'catching-up' || state === 'late' || state === 'on-backup'

/** As screens show it. */
export const feedStateWords: Record<ReportedFeedState, string> = {
  down: 'Not connected',
  connecting: 'Connecting',
  'logged-on': 'Logged on',
  recovering: 'Asking again for what is missing',
  paused: 'Paused',
  refused: 'Refused by the connector',
}

export const targetStateWords: Record<ReportedTargetState, string> = {
  'no-logon': 'No logon',
  'logged-on': 'Logged on',
  'catching-up': 'Logged on, catching up',
  late: 'Logged on, reading too slowly',
  'on-backup': 'Logged on at the backup address',
  paused: 'Paused',
  refused: 'Refused by the connector',
}
