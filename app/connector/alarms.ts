export type AlarmKind = 'connector' | 'feed' | 'source' | 'target'
export type Alarm = { code: string; kind: AlarmKind; id: string; says: string; sinceMs: number }

/** What wants a person, in plain words; each stands until it is cleared. */
export class Alarms {
  private readonly present = new Map<string, Alarm>()

  raise(code: string, kind: AlarmKind, id: string, says: string): void {
    const key = `${code} ${kind} ${id}`
    const sinceMs = this.present.get(key)?.sinceMs ?? Date.now()
    this.present.set(key, { code, kind, id, says, sinceMs })
  }

  clear(code: string, kind: AlarmKind, id: string): void {
    this.present.delete(`${code} ${kind} ${id}`)
  }

  get all(): Alarm[] {
    return [...this.present.values()]
  }
}
