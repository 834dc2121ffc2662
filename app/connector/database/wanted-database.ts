import type { Logger } from 'pino'
import type { PartReport } from '#connector/run/snapshot/part-report.ts'
import type { Wanted, WantedSource } from '#connector/run/snapshot/wanted.ts'
import type { ConnectorPool } from '#db/client.ts'
import {
  findNewestVersion,
  listCredentialSecrets,
  type ReportRow,
  type StoredCredential,
  saveReports,
} from '#db/queries/connector/configuration.ts'
import { holdsTerm } from '#db/queries/connector/leases.ts'
import { open } from '#db/sealing.ts'
import type { Credential, CredentialReference } from '#domain/configuration/fields.ts'
import { assembleRunnable, type Part, type RefusedPart, targetPart } from '#domain/configuration/parts.ts'
import type { Snapshot } from '#domain/configuration/snapshot.ts'
import type { Leader } from '#domain/leadership/leader.ts'
import type { Environment } from '#domain/reference/environment.ts'
import { commonOf, environmentSettings } from '#domain/reference/settings.ts'
import { sentenceCase } from '#domain/sentence-case.ts'
import { KeptSnapshot } from './kept-snapshot.ts'
import { NewestParts, type PartsOfVersion } from './newest-parts.ts'

const pollMs = 2_000

type Options = {
  pool: ConnectorPool
  environment: Environment
  shard: string
  connector: string
  data: string
  log: Logger
  /** The leader here: only a leader's reports are written. */
  leader: () => Leader | undefined
  /** Opens the secrets of access keys. */
  sealingKey?: Uint8Array | undefined
  /** The clock by which credentials expire; default: the wall clock. */
  now?: () => Date
}

/**
 * The newest configuration version of an environment, restricted to one shard. Woken by the database and by a poll, so
 * a lost notification costs two seconds. While the database is down, the last applied snapshot, kept beside the
 * journal, is what is wanted.
 */
export class WantedDatabase implements WantedSource {
  private timer: NodeJS.Timeout | undefined
  private isReachable = true
  /** Version of the newest part of each object, as last read. */
  private readonly versions = new Map<string, number>()
  /** The newest version of the database, as last read; undefined: not read yet. */
  private newest: number | undefined
  /** Everything up to this version was reported. */
  private reported = -1
  private pending: { version: number; parts: readonly PartReport[] } | undefined
  private last: Extract<Wanted, { ok: true }> | undefined
  /** Applied, but not yet on the disk, because the disk is full. */
  private unkept: Extract<Wanted, { ok: true }> | undefined
  private readonly keeper: KeptSnapshot
  private readonly newestParts: NewestParts

  constructor(private readonly options: Options) {
    const { pool, data, log, environment } = options
    this.newestParts = new NewestParts(environment)
    // the driver's own reading of URL and environment; its types say null
    const pass: unknown = pool.sql.options.pass
    this.keeper = new KeptSnapshot(data, typeof pass === 'string' ? pass : '')
    if (!this.keeper.isKept) log.warn('the database asks for no password: nothing is kept for a start without it')
  }

  async read(): Promise<Wanted> {
    try {
      const wanted = await this.ask()
      this.reachable(true)
      if (this.pending) await this.send()
      if (wanted.ok) this.last = wanted
      if (this.unkept) this.keep(this.unkept)
      return wanted
    } catch (error) {
      this.reachable(false, error)
      return this.last ?? this.kept()
    }
  }

  watch(wake: () => void): void {
    this.timer = setInterval(wake, pollMs)
    const { sql } = this.options.pool
    void sql
      .listen('dc_configuration', (payload) => payload.startsWith(`${this.options.environment}:`) && wake(), wake)
      .catch(() => undefined) // the poll goes on
  }

  report(version: number, parts: readonly PartReport[]): void {
    if (this.last?.snapshot.version === version) this.keep(this.last)
    this.pending = { version, parts }
    void this.send().catch(() => undefined) // sent again with the next read
  }

  async stop(): Promise<void> {
    clearInterval(this.timer)
    await this.send().catch(() => undefined)
  }

  /** Without room on the disk, keeping is tried again with the next read: what runs does not need the file. */
  private keep(applied: Extract<Wanted, { ok: true }>): void {
    const { snapshot, digest } = applied
    const isKept = this.keeper.save(snapshot, digest)
    if (!isKept && !this.unkept) this.options.log.error({ version: snapshot.version }, 'no room to keep the snapshot')
    this.unkept = isKept ? undefined : applied
  }

  private async ask(): Promise<Wanted> {
    const { pool, environment, shard } = this.options
    return pool.ask((db) =>
      db.transaction(
        async (tx) => {
          const newest = await findNewestVersion(tx, environment)
          const notSetUp: Wanted = { ok: undefined, why: `environment ${environment} is not set up` }
          if (newest === undefined) return notSetUp
          this.newest = newest
          if (newest < this.reported) this.reported = -1 // the database was restored: it gets every report again
          const stored = await listCredentialSecrets(tx, environment, this.options.now?.() ?? new Date())
          const usable = [...stored.keys()].sort()
          const { last } = this
          if (last?.snapshot.version === newest && last.variant === usable.join(' ')) return last
          const read = await this.newestParts.of(tx, newest)
          const { parts } = read
          const settings = environmentSettings.safeParse(parts.find((part) => part.kind === 'environment')?.document)
          if (!settings.success) return notSetUp
          for (const { kind, objectId, number } of parts) this.versions.set(`${kind} ${objectId}`, number)
          return this.assembled(newest, { ...commonOf(settings.data), shard }, read, stored)
        },
        { isolationLevel: 'repeatable read', accessMode: 'read only' },
      ),
    )
  }

  /** Sends only what has changed since the last report, each object under the version that is in force. */
  private async send(): Promise<void> {
    const { pending, newest } = this
    if (!pending || newest === undefined) return
    if (pending.version > newest) {
      this.pending = undefined // the database was restored to before this version
      return
    }
    const { environment, shard, connector, pool, leader } = this.options
    const at = new Date()
    const rows = pending.parts
      .filter((part) => part.state === 'refused' || (this.versions.get(`${part.kind} ${part.id}`) ?? 0) > this.reported)
      .map(
        (part): ReportRow => ({
          environment,
          number: pending.version,
          shard,
          connector,
          kind: part.kind,
          objectId: part.id,
          state: part.state,
          detail: part.detail?.slice(0, 500) ?? null,
          fromSourceSeq: part.fromSourceSeq ?? null,
          at,
        }),
      )
    // nobody published version 0: there is nothing to answer
    if (pending.version > 0) {
      const by = leader()
      const isSaved =
        by && (await pool.ask((db) => db.transaction(async (tx) => (await holdsTerm(tx, by)) && saveReports(tx, rows))))
      if (!isSaved) return // tried again with the next read, if this connector leads then
    }
    if (this.pending === pending) this.pending = undefined
    this.reported = Math.max(this.reported, pending.version)
  }

  private reachable(is: boolean, error?: unknown): void {
    if (is === this.isReachable) return
    this.isReachable = is
    if (is) this.options.log.info('the database answers again')
    else this.options.log.error({ err: error }, 'the database does not answer: running on')
  }

  /** A part that cannot be run stays as it was last, and is reported as refused. */
  private assembled(
    version: number,
    common: Parameters<typeof assembleRunnable>[1],
    { parts, digest }: PartsOfVersion,
    stored: ReadonlyMap<string, StoredCredential>,
  ): Wanted {
    const variant = [...stored.keys()].sort().join(' ')
    const unopened = new Map<string, string>()
    const resolve = (reference: CredentialReference) => this.secretOf(reference, stored, unopened)
    const result = assembleRunnable(version, common, parts, resolve, this.before(stored))
    if (!result.ok) return { ok: false, problems: result.error.problems }
    const { snapshot, refused } = result.value
    const isRefused = (one: RefusedPart) => refused.some(({ kind, id }) => kind === one.kind && id === one.id)
    const keyless = parts.flatMap((part) => lacking(part, unopened)).filter((one) => !isRefused(one))
    const reports = [...refused, ...keyless].map(
      ({ kind, id, problems }): PartReport => ({ kind, id, state: 'refused', detail: problems.join('; ') }),
    )
    return { ok: true, snapshot, digest, variant, refused: reports }
  }

  /** What ran last, for a part that cannot be run as it is wanted now; without credentials revoked since. */
  private before(stored: ReadonlyMap<string, StoredCredential>): Snapshot | undefined {
    const last = this.last ?? this.kept()
    if (!last.ok) return undefined
    const good = new Set([...stored.values()].map(publicOf))
    const stands = (one: Credential) =>
      one.kind === 'hmac' ? good.has(one.accessKeyId) : !('sha256' in one) || good.has(one.sha256)
    const targets = last.snapshot.targets.map((one) => ({ ...one, credentials: one.credentials.filter(stands) }))
    return { ...last.snapshot, targets }
  }

  /** A reference means a credential of its own kind only: an access key is never read as a password. */
  private secretOf(
    { kind, ref }: CredentialReference,
    stored: ReadonlyMap<string, StoredCredential>,
    unopened: Map<string, string>,
  ): Credential | undefined {
    const found = stored.get(ref)
    if (found?.kind !== kind) return undefined
    if ('verifier' in found) return { kind: found.kind, ...found.verifier }
    const secret = this.opened(ref, found, unopened)
    if (secret === undefined) return undefined
    return found.kind === 'hmac'
      ? { kind: found.kind, accessKeyId: found.accessKeyId, secretKey: secret }
      : { kind: found.kind, password: secret }
  }

  private opened(
    ref: string,
    found: Extract<StoredCredential, { sealed: Buffer }>,
    unopened: Map<string, string>,
  ): string | undefined {
    const { sealingKey, log } = this.options
    const name = found.kind === 'hmac' ? `access key ${found.accessKeyId}` : 'password of a feed'
    try {
      if (!sealingKey) throw new Error('there is no --sealing-key')
      return open(sealingKey, found.sealed, found.boundTo)
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      log.error({ credential: name, why }, 'a sealed credential cannot be opened: nobody can log on with it')
      unopened.set(ref, `${sentenceCase(name)} cannot be opened, so nobody can log on with it: ${why}`)
      return undefined
    }
  }

  kept(): Wanted {
    return this.keeper.read() ?? { ok: undefined, why: 'the database does not answer and no snapshot was kept' }
  }
}

/** What distinguishes a credential without being secret; a feed's password has nothing of the kind. */
const publicOf = (one: StoredCredential): string =>
  'verifier' in one ? one.verifier.sha256 : one.kind === 'hmac' ? one.accessKeyId : ''

/** A target runs without the keys that cannot be opened, and an operator must be told of them. */
function lacking({ kind, objectId, document }: Part, unopened: ReadonlyMap<string, string>): RefusedPart[] {
  const parsed = kind === 'target' && unopened.size > 0 ? targetPart.safeParse(document) : undefined
  const refs = parsed?.data?.credentials.flatMap((one) => ('ref' in one ? one.ref : [])) ?? []
  const problems = refs.flatMap((ref) => unopened.get(ref) ?? [])
  return problems.length > 0 ? [{ kind: 'target', id: objectId, problems }] : []
}
