import type { Logger } from 'pino'
import type { AlarmCode } from '#domain/alarm/codes.ts'

type AlarmKind = 'connector' | 'feed' | 'source' | 'target'
type Alarm = { code: AlarmCode; kind: AlarmKind; id: string; says: string; sinceMs: number }

/** What needs a person, in plain words; each alarm lasts until it is cleared. */
export class Alarms {
  private readonly present = new Map<string, Alarm>()

  /**
   * Logs each alarm when it is first raised and when it is cleared: what a page shows in red must be in the log as
   * well.
   */
  constructor(private readonly log: Pick<Logger, 'error' | 'info'>) {}

  /** `sinceMs`: when the trouble began, if that is known and earlier. */
  raise(code: AlarmCode, kind: AlarmKind, id: string, says: string, sinceMs?: number): void {
    const key = `${code} ${kind} ${id}`
    const before = this.present.get(key)
    const began = sinceMs ?? before?.sinceMs ?? Date.now()
    if (!before) this.log.error({ code, ...named(kind, id), says }, 'alarm raised')
    this.present.set(key, { code, kind, id, says, sinceMs: began })
  }

  clear(code: AlarmCode, kind: AlarmKind, id: string): void {
    if (this.present.delete(`${code} ${kind} ${id}`)) this.log.info({ code, ...named(kind, id) }, 'alarm cleared')
  }

  /** Clears all alarms of something that does not run any more. */
  clearAll(kind: AlarmKind, id: string): void {
    for (const alarm of this.all) if (alarm.kind === kind && alarm.id === id) this.clear(alarm.code, kind, id)
  }

  get all(): Alarm[] {
    return [...this.present.values()]
  }
}

/** `{ feed: 'gw1' }`: every log line names its object like this. */
const named = (kind: AlarmKind, id: string) => (id === '' ? {} : { [kind]: id })
