/** The few exports of app/ and db/ that tests alone import: the reason, and what it is the reason for. */
const reasons: Record<string, readonly string[]> = {
  'a document is compared with it, line by line': ['app/config.ts variables', 'app/domain/alarm/codes.ts alarmCodes'],
  'a limit that tests go up to, and one beyond': [
    'app/connector/run/snapshot/ids.ts manyIds',
    'db/queries/paging.ts countLimit',
    'app/connector/wire/before-logon.ts perConnection',
    'app/host/listener.ts listenerLimits',
    'app/http/events.server.ts streamLimits',
    'app/http/forms.server.ts maxFields',
    'app/http/sign-in-limits.server.ts signInLimits',
    'app/journal/read-window.ts MOST_IN_ALL',
    'app/journal/read-window.ts SMALLEST_READ',
  ],
  'a table of which a test states what holds of each row': [
    'app/components/state-word.tsx shapes',
    'app/domain/configuration/fields.ts policySwitches',
    'app/domain/people/permissions.ts permissions',
  ],
  'a rule with laws of its own, which its one caller uses for an instant, an address or a file': [
    'app/config.ts readConfig',
    'app/connector/run/alarms/clock-told.ts span',
    'app/connector/run/retention.ts removable',
    'app/connector/run/weeks.ts turnTargets',
    'app/connector/state/recovery.ts Replay',
    'app/connector/state/waiting.ts hold',
    'app/domain/billing/fees.ts monthlyCharges',
    'app/domain/configuration/capacity.ts pairsOf',
    'app/gateway-sim/replay.ts readMessage',
    'app/http/sign-in-limits.server.ts networkOf',
  ],
  'one of several jobs that the portal runs together; a test runs it alone': [
    'app/services/jobs/jobs.ts confirmApplied',
    'app/services/jobs/jobs.ts expireRequests',
  ],
  'what a snapshot may be written like, before its defaults: tests write many': [
    'app/domain/configuration/snapshot.ts SnapshotInput',
    'app/domain/configuration/snapshot.ts snapshotSchema',
  ],
  'the account of both ends: the demonstration and the tests show by it that nothing is lost': [
    'app/client/compare.ts compare',
  ],
}

export const exportsForTests: readonly string[] = Object.values(reasons).flat()
