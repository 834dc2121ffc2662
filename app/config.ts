import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'

const port = z.coerce.number().int().min(1).max(65535)
/** 0 takes any free port, which the start page prints. */
const portOrAny = z.coerce.number().int().min(0).max(65535)
const flag = z.enum(['0', '1', 'false', 'true']).transform((value) => value === '1' || value === 'true')
const postgresUrl = z.url({ protocol: /^postgres(ql)?$/, error: 'expected a postgres:// address' })

const environment = z.enum(['production', 'certification', 'sandbox'])

/** Every variable the portal reads, in the order of the README's table. */
export const variables = z.object({
  /** Absent: sandbox with the embedded database and a loopback HOST; required in every other case. */
  MODE: z.enum(['sandbox', 'production']).optional(),
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: portOrAny.default(3000),
  /** Where browsers reach the portal, when that is not http://HOST:PORT. */
  PUBLIC_URL: z.url({ protocol: /^https?$/, error: 'expected an http:// or https:// address' }).optional(),
  /** 1 behind a proxy that sets X-Forwarded-For, -Proto and -Host itself; otherwise those headers are deleted. */
  TRUST_PROXY: flag.default(false),
  /** 1 lets a sandbox, which anybody may enter, listen elsewhere than on loopback. */
  SANDBOX_PUBLIC: flag.default(false),
  /** 0 leaves the sandbox's gateway and client out: bring your own to FEED_PORT and TARGET_PORT. */
  SANDBOX_TRAFFIC: flag.default(true),
  /** Database, journal, key and lock of this installation. */
  DATA_DIR: z.string().min(1).optional(),
  /** Owner connection of a server of your own; absent: an embedded server under DATA_DIR. */
  DATABASE_URL: postgresUrl.optional(),
  /** The four login roles, needed when DATABASE_URL may not create them (`drop-copy db roles --print`). All or none. */
  DATABASE_URL_REQUEST: postgresUrl.optional(),
  DATABASE_URL_AUTH: postgresUrl.optional(),
  DATABASE_URL_JOBS: postgresUrl.optional(),
  DATABASE_URL_CONNECTOR: postgresUrl.optional(),
  /** `child`: started and restarted by the portal. `external`: runs as `drop-copy connector --database URL`. */
  CONNECTOR: z.enum(['child', 'external']).default('child'),
  /** The environment whose configuration the connector child runs; sandbox in sandbox mode, else production. */
  ENVIRONMENT: environment.optional(),
  /**
   * Where the connector child answers GET /metrics for Prometheus, `PORT` on loopback or `HOST:PORT`; absent: nowhere.
   */
  CONNECTOR_METRICS: z
    .string()
    .regex(/^((\[[0-9a-fA-F:]+\]|[\w.-]+):)?\d{1,5}$/, 'expected a port, or HOST:PORT')
    .optional(),
  /** Sandbox: where simulated gateways connect (encapsulated dialect). */
  FEED_PORT: port.default(9801),
  /** Sandbox: where clients log on; the backup address is the same host on the second one. */
  TARGET_PORT: port.default(9901),
  TARGET_BACKUP_PORT: port.default(9902),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
})
type Variables = z.output<typeof variables>

export interface Config {
  mode: 'sandbox' | 'production'
  /** The environment of the connector child. */
  environment: z.output<typeof environment>
  /** Those a person can choose in the top bar. */
  environments: readonly z.output<typeof environment>[]
  host: string
  port: number
  /** Without a trailing slash; undefined: http://HOST:PORT of the listener. */
  publicUrl: string | undefined
  trustProxy: boolean
  dataDir: { path: string; isDefault: boolean }
  /** Undefined: embedded. */
  databaseUrl: string | undefined
  roleUrls: { request: string; auth: string; jobs: string; connector: string } | undefined
  connector: 'child' | 'external'
  /** Undefined: the connector child serves none. */
  connectorMetrics: string | undefined
  ports: { feed: number; target: number; targetBackup: number }
  /** Whether the sandbox runs a gateway and a client of its own. */
  sandboxTraffic: boolean
  logLevel: Variables['LOG_LEVEL']
  /** Under npm, which may be killed without a word to us: stop when it is gone. */
  stopsWithParent: boolean
  /** The part of our environment that child processes get: no secrets, and no settings of ours. */
  childEnvironment: Record<string, string>
}

export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The configuration cannot be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
  }
}

const isLoopback = (host: string) => /^(127(\.\d+){3}|::1|\[::1\]|localhost)$/.test(host)

/**
 * Read the configuration from environment variables; an empty variable counts as absent.
 * @param root the folder of the default data directory `.data`
 * @throws ConfigError naming every bad variable at once
 */
export function readConfig(env: Record<string, string | undefined>, root: string): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = variables.safeParse(given)
  const rough = parsed.success ? parsed.data : undefined
  const problems = parsed.success ? [] : parsed.error.issues.map((issue) => problem(issue, given))
  problems.push(...unknownNames(given), ...contradictions(given, rough))
  if (!rough || problems.length > 0) throw new ConfigError(problems)
  return { ...assemble(rough, root), stopsWithParent: 'npm_lifecycle_event' in env, childEnvironment: passedOn(env) }
}

const passedOn = (env: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(
    ['NODE_ENV', 'PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG'].flatMap((name) => {
      const value = env[name]
      return value === undefined ? [] : [[name, value] as const]
    }),
  )

function problem(issue: z.core.$ZodIssue, given: Record<string, string | undefined>): string {
  const name = String(issue.path[0])
  const shown = /URL/.test(name) ? '' : ` (it is "${given[name]}")`
  return `${name}: ${issue.message}${shown}`
}

/** A misspelt variable of ours would be ignored silently: the families that only we use are checked. */
function unknownNames(given: Record<string, string | undefined>): string[] {
  const known = new Set(Object.keys(variables.shape))
  return Object.keys(given)
    .filter((name) => /^(DATABASE_URL|TARGET|FEED|SANDBOX)_/.test(name) && !known.has(name))
    .map((name) => `${name}: no such variable`)
}

/** Rules between variables, checked on all that could be read, so that every problem is reported at once. */
function contradictions(given: Record<string, string | undefined>, read: Variables | undefined): string[] {
  const problems: string[] = []
  const host = given.HOST ?? '127.0.0.1'
  const embedded = given.DATABASE_URL === undefined
  if (given.MODE === undefined && !(embedded && isLoopback(host)))
    problems.push(
      'MODE: say "sandbox" or "production" (sandbox is assumed only with the embedded database and a loopback HOST)',
    )
  const sandbox = given.MODE === 'sandbox' || (given.MODE === undefined && embedded && isLoopback(host))
  if (sandbox && !isLoopback(host) && !['1', 'true'].includes(given.SANDBOX_PUBLIC ?? ''))
    problems.push('HOST: a sandbox lets anybody in; set SANDBOX_PUBLIC=1 to listen elsewhere than on loopback')
  if (sandbox && given.ENVIRONMENT !== undefined && given.ENVIRONMENT !== 'sandbox')
    problems.push('ENVIRONMENT: a sandbox has only the environment "sandbox"')
  if (given.MODE === 'production' && given.ENVIRONMENT === 'sandbox')
    problems.push('ENVIRONMENT: "sandbox" exists only with MODE=sandbox')
  const roles = ['REQUEST', 'AUTH', 'JOBS', 'CONNECTOR'].map((role) => `DATABASE_URL_${role}`)
  const missing = roles.filter((name) => given[name] === undefined)
  if (missing.length > 0 && missing.length < roles.length)
    problems.push(
      ...missing.map((name) => `${name}: missing; the four role addresses are given together or not at all`),
    )
  if (missing.length === 0 && embedded)
    problems.push('DATABASE_URL: missing; the role addresses belong to a server of your own')
  if (read && new Set([read.FEED_PORT, read.TARGET_PORT, read.TARGET_BACKUP_PORT]).size < 3)
    problems.push('FEED_PORT, TARGET_PORT, TARGET_BACKUP_PORT: must differ')
  return problems
}

function assemble(read: Variables, root: string): Omit<Config, 'stopsWithParent' | 'childEnvironment'> {
  const mode = read.MODE ?? 'sandbox'
  const { DATABASE_URL_REQUEST: request, DATABASE_URL_AUTH: auth } = read
  const { DATABASE_URL_JOBS: jobs, DATABASE_URL_CONNECTOR: connector } = read
  return {
    mode,
    environment: read.ENVIRONMENT ?? mode,
    environments: mode === 'sandbox' ? ['sandbox'] : ['production', 'certification'],
    host: read.HOST,
    port: read.PORT,
    publicUrl: read.PUBLIC_URL?.replace(/\/+$/, ''),
    trustProxy: read.TRUST_PROXY,
    dataDir: { path: resolve(root, read.DATA_DIR ?? '.data'), isDefault: read.DATA_DIR === undefined },
    databaseUrl: read.DATABASE_URL,
    roleUrls: request && auth && jobs && connector ? { request, auth, jobs, connector } : undefined,
    connector: read.CONNECTOR,
    connectorMetrics: read.CONNECTOR_METRICS,
    ports: { feed: read.FEED_PORT, target: read.TARGET_PORT, targetBackup: read.TARGET_BACKUP_PORT },
    sandboxTraffic: mode === 'sandbox' && read.SANDBOX_TRAFFIC,
    logLevel: read.LOG_LEVEL,
  }
}

/** The folder of package.json: above this file, both as source and in a bundle. */
export const projectRoot: string = rootAbove(import.meta.dirname)

function rootAbove(directory: string): string {
  return existsSync(join(directory, 'package.json')) ? directory : rootAbove(dirname(directory))
}

/** The configuration of this process. @throws ConfigError */
export const configOfProcess = (): Config => readConfig(process.env, projectRoot)

/** The credentials of `drop-copy client` when the command line names none. */
export const clientSecretsOfProcess = (): Record<'password' | 'accessKeyId' | 'secretKey', string | undefined> => ({
  password: process.env.DROP_COPY_PASSWORD || undefined,
  accessKeyId: process.env.DROP_COPY_ACCESS_KEY || undefined,
  secretKey: process.env.DROP_COPY_SECRET_KEY || undefined,
})

/** Whether npx runs us: the documents do not suggest npx, but people may use it. */
export const isRunByNpx = process.env.npm_command === 'exec'
