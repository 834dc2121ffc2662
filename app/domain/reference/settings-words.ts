import { sentenceCase } from '#domain/sentence-case.ts'
/** What each setting of an environment is called on screen. */
export const settingNames: Readonly<Record<string, string>> = {
  exchange: 'Exchange',
  week: 'Weekly reset',
  limits: 'Limits',
  journal: 'Journal',
  listen: 'New targets listen on',
  queueDepth: 'Kept for a client that is away',
  queueGraceS: 'Not counted after a disconnect',
}

type Lines = (value: unknown) => string[]

/** A setting in words, a line for each thing that it says. */
export const settingLines: Readonly<Record<string, Lines>> & { week: Lines; other: Lines } = {
  week: (value) => {
    const { zone, day, time } = fieldsOf(value)
    const name = String(day)
    return [`${sentenceCase(name)} ${time}, ${zone}`]
  },
  exchange: (value) => {
    const { compId, subId } = fieldsOf(value)
    return [`CompID ${compId}, SubID ${subId}`]
  },
  listen: (value) => {
    const addresses = Array.isArray(value) ? value.map(fieldsOf) : []
    return addresses.map(({ role, host, port, tls }) => `${role} ${host}:${port}${tls ? ', TLS' : ''}`)
  },
  queueDepth: (value) => [value === 'all' ? 'every copy' : `the newest ${value} copies`],
  queueGraceS: (value) => [`copies of the first ${value} s`],
  other: (value) => flat('', value),
}

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {}

/** `retention.hours 72`: every leaf with its path. */
function flat(path: string, value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [`${path} ${value}`.trim()]
  const entries = Object.entries(value)
  if (entries.length === 0) return [`${path} as by default`.trim()]
  return entries.flatMap(([name, one]) => flat(path ? `${path}.${name}` : name, one))
}
