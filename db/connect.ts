import postgres from 'postgres'

/**
 * Settings that our statements and the driver's parsing rely on. Given at connect, they override the settings of the
 * role, the database and the server.
 */
const relied = {
  search_path: 'public',
  TimeZone: 'UTC',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  bytea_output: 'hex',
  extra_float_digits: 1,
  standard_conforming_strings: 'on',
  client_encoding: 'UTF8',
  default_transaction_isolation: 'read committed',
  default_transaction_read_only: 'off',
  default_transaction_deferrable: 'off',
  // as texts: the driver leaves out a setting that is 0 or false
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
}

type Options = Omit<postgres.Options<Record<string, never>>, 'connection' | 'host' | 'port'> & {
  connection: { application_name: string; [setting: string]: string | number }
}

/** The only way to connect: session settings are ours, and the URL may hold an IPv6 address. */
export function connect(url: string, options: Options): postgres.Sql {
  const { hostname, port } = new URL(url)
  // the driver cuts an IPv6 address at its colons, but keeps a list of hosts, which its types do not know
  const address: object = hostname.startsWith('[')
    ? { host: [hostname.slice(1, -1)], port: [Number(port || 5432)] }
    : {}
  const connection: object = { ...relied, ...options.connection }
  return postgres(url, { onnotice: () => undefined, connect_timeout: 10, ...options, ...address, connection })
}

/** Codes of the server for problems that waiting does not solve, and what to do. */
const sentences: Record<string, (user: string, said: string) => string> = {
  '28P01': (user) => `The database refuses the password of ${user}. Correct the password in its address.`,
  '28000': (user, said) => `The database does not let ${user} in: ${said}. See its pg_hba.conf.`,
  '3D000': (_, said) => `The database of this name does not exist: ${said}.`,
}
const refusedSetting = /unsupported startup parameter: (\S+)/

/** Why connecting is impossible until somebody changes something; undefined: another reason, or the server is away. */
export function connectProblem(error: unknown, url: string): string | undefined {
  if (!(error instanceof Error)) return undefined
  const [, setting] = refusedSetting.exec(error.message) ?? []
  if (setting)
    return `The pooler in front of the database refuses the session setting ${setting}, which the portal relies on: give the address of PostgreSQL itself, or of a pool in session mode that passes settings on.`
  const code = 'code' in error ? String(error.code) : ''
  const sentence = sentences[code]?.(new URL(url).username, error.message)
  return sentence ?? connectProblem(error.cause, url)
}
