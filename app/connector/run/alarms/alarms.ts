import type { Logger } from 'pino'
import type { AlarmCode } from '#domain/alarm/codes.ts'

type AlarmKind = 'connector' | 'feed' | 'source' | 'target'
type Alarm = { code: AlarmCode; kind: AlarmKind; id: string; says: string; sinceMs: number }

/** What wants a person, in plain words; each stands until it is cleared. */
export class Alarms {
  private readonly present = new Map<string, Alarm>()

  /**
   * Each is logged when it is raised first and when it is cleared: what a page shows in red must be in the log as well.
   */
  constructor(private readonly log: Pick<Logger, 'error' | 'info'>) {}

  /** `sinceMs` where it is known to have begun before this. */
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

  /** It does not run any more. */
  clearAll(kind: AlarmKind, id: string): void {
    for (const alarm of this.all) if (alarm.kind === kind && alarm.id === id) this.clear(alarm.code, kind, id)
  }

  get all(): Alarm[] {
    return [...this.present.values()]
  }
}

/** `{ feed: 'gw1' }`, as all lines name their object. */
const named = (kind: AlarmKind, id: string) => (id === '' ? {} : { [kind]: id })
