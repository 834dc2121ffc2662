export type AlarmKind = 'connector' | 'feed' | 'source' | 'target'
/** What each means and what to do about it: docs/operations.md, whose table has these in this order. */
export const alarmCodes = [
  'configuration',
  'feed-refused',
  'aside',
  'conflict',
  'lost',
  'disk-full',
  'failover',
  'suspect-tail',
  'damaged',
  'clock',
] as const
export type AlarmCode = (typeof alarmCodes)[number]
export type Alarm = { code: AlarmCode; kind: AlarmKind; id: string; says: string; sinceMs: number }

/** What wants a person, in plain words; each stands until it is cleared. */
export class Alarms {
  private readonly present = new Map<string, Alarm>()

  /** `sinceMs` where it is known to have begun before this. */
  raise(code: AlarmCode, kind: AlarmKind, id: string, says: string, sinceMs?: number): void {
    const key = `${code} ${kind} ${id}`
    const began = sinceMs ?? this.present.get(key)?.sinceMs ?? Date.now()
    this.present.set(key, { code, kind, id, says, sinceMs: began })
  }

  clear(code: AlarmCode, kind: AlarmKind, id: string): void {
    this.present.delete(`${code} ${kind} ${id}`)
  }

  /** It does not run any more. */
  clearAll(kind: AlarmKind, id: string): void {
    for (const alarm of this.all) if (alarm.kind === kind && alarm.id === id) this.clear(alarm.code, kind, id)
  }

  get all(): Alarm[] {
    return [...this.present.values()]
  }
}
