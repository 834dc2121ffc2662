import { readdirSync, readFileSync } from 'node:fs'
import postgres from 'postgres'

/** Milliseconds of CPU that a process has had, all threads, from the scheduler's own account. */
function cpuMsOf(pid: number): number {
  try {
    const threads = readdirSync(`/proc/${pid}/task`)
    const sum = threads.reduce((ns, thread) => {
      const [onCpu = '0'] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')
      return ns + Number(onCpu)
    }, 0)
    return sum / 1e6
  } catch {
    return 0 // it has ended meanwhile
  }
}

/** What the portal and its database have used so far. */
export class CpuMeter {
  constructor(
    private readonly portal: number,
    private readonly server: number,
  ) {}

  read(): { portal: number; database: number } {
    const children = readFileSync(`/proc/${this.server}/task/${this.server}/children`, 'utf8').trim().split(' ')
    const database = children.reduce((sum, pid) => sum + cpuMsOf(Number(pid)), 0)
    return { portal: cpuMsOf(this.portal), database }
  }
}

export type Statement = { calls: number; ms: number; rows: number; text: string }

/**
 * The statements of pages and of sign-in, counted by the server itself; neither those that begin, set up and end a
 * transaction, nor those of jobs.
 */
export class StatementMeter {
  private constructor(private readonly owner: postgres.Sql) {}

  static async open(ownerUrl: string): Promise<StatementMeter> {
    const owner = postgres(ownerUrl, { max: 1, onnotice: () => undefined })
    await owner`create extension if not exists pg_stat_statements`
    return new StatementMeter(owner)
  }

  async reset(): Promise<void> {
    await this.owner`select pg_stat_statements_reset()`
  }

  /** Since the last reset, the longest first. */
  async read(): Promise<Statement[]> {
    return this.owner<Statement[]>`
      select s.calls::int as calls, s.total_exec_time as ms, s.rows::int as rows, s.query as text
      from pg_stat_statements s join pg_roles r on r.oid = s.userid
      where r.rolname in ('dc_request', 'dc_auth') and s.query not ilike 'select set_config%'
        and s.query !~* '^(begin|commit|rollback|set|show)' order by s.total_exec_time desc`
  }

  close(): Promise<void> {
    return this.owner.end({ timeout: 5 })
  }
}

/** Whether the server counts statements; a change needs a restart of the server. */
export async function countsStatements(ownerUrl: string): Promise<boolean> {
  const owner = postgres(ownerUrl, { max: 1, onnotice: () => undefined })
  try {
    const [row] = await owner<{ setting: string }[]>`
      select setting from pg_settings where name = 'shared_preload_libraries'`
    if (row?.setting.includes('pg_stat_statements')) return true
    await owner.unsafe(`alter system set shared_preload_libraries = 'pg_stat_statements'`)
    await owner.unsafe(`alter system set pg_stat_statements.track_utility = off`).catch(() => undefined)
    return false
  } finally {
    await owner.end({ timeout: 5 })
  }
}
