import { randomUUID } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { configOfProcess } from '#app/config.ts'
import type { Database } from '#db/client.ts'
import { openDataDirectory } from '#db/data-directory.ts'
import { readOrCreateKey } from '#db/key-file.ts'
import { type FeedRecord, findFeed, listAllFeeds } from '#db/queries/feed/feeds.ts'
import { seal } from '#db/sealing.ts'
import {
  credentialWords,
  type FeedSecret,
  type FeedSecretKind,
  feedCredentialConsequence,
  feedSecretFrom,
} from '#domain/credential/feed-secret.ts'
import { reason } from '#domain/request/input.ts'
import { dropFeedCredential, setFeedCredential } from '#services/feed/feed-credential.ts'
import { type Command, UsageError } from './command.ts'
import { helpOf } from './help.ts'
import { publish } from './publish.ts'
import { answered, isHeard } from './session-answer.ts'
import { aligned } from './session-list.ts'
import { ask, askUnseen, isConfirmed, operator, print, printNote } from './terminal.ts'
import { withDatabase } from './with-database.ts'

type Asked = { id: string; kind: FeedSecretKind | 'none'; reason: string | null; yes: boolean }

export const command: Command = {
  name: 'feed',
  async run(argv) {
    const asked = read(argv)
    const config = configOfProcess()
    return withDatabase(config, async ({ database }) => {
      if (asked === 'list') return printFeeds(database)
      const sealing = () => readOrCreateKey(openDataDirectory(config.dataDir), 'sealing-key')
      return change(database, asked, sealing)
    })
  },
}

/** @throws UsageError */
function read(argv: string[]): Asked | 'list' {
  const flag = { type: 'boolean', default: false } as const
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      ...{ password: flag, hmac: flag, yes: flag, reason: { type: 'string' } },
    },
  })
  const [verb, id, ...rest] = positionals
  if (verb === 'list' && id === undefined) return 'list'
  const isSet = verb === 'set-credential'
  if (id === undefined || rest.length > 0 || (!isSet && verb !== 'drop-credential'))
    throw new UsageError(helpOf('feed'))
  if (isSet ? values.password === values.hmac : values.password || values.hmac)
    throw new UsageError(isSet ? 'give one of --password and --hmac; the secret itself is asked for' : helpOf('feed'))
  const why = values.reason === undefined ? undefined : reason.safeParse(values.reason)
  if (why?.success === false) throw new UsageError(`--reason: ${why.error.issues[0]?.message ?? 'it is too long'}`)
  const kind = isSet ? (values.hmac ? 'hmac' : 'password') : 'none'
  return { id, kind, reason: why?.data ?? null, yes: values.yes }
}

async function change(database: Database, { id, kind, reason, yes }: Asked, sealing: () => Buffer): Promise<number> {
  const feed = await database.asJobs((tx) => findFeed(tx, id))
  if (feed?.state !== 'open') throw new UsageError(`there is no open feed ${id}; drop-copy feed list names them`)
  if (kind === 'none' && !feed.credential) {
    print(`Feed ${id} has no credential. Nothing was changed.`)
    return 0
  }
  print(feedCredentialConsequence({ name: id, mode: modeOf(feed) }, kind))
  const secret = kind === 'none' ? undefined : await readSecret(id, kind)
  if (!secret && !(await isConfirmed(yes))) {
    print('Nothing was done.')
    return 1
  }
  const by = { operator: operator(), reason }
  const told = await publish(database, feed, (tx, now) => {
    if (!secret) return dropFeedCredential(tx, id, by, now)
    const key = sealing()
    const deps = { newId: randomUUID, now: () => now, seal: (plain: string, what: string) => seal(key, plain, what) }
    return setFeedCredential(tx, id, secret, by, deps)
  })
  if ('refused' in told) {
    printNote(told.refused)
    return 1
  }
  return answered(told, await database.asJobs((tx) => isHeard(tx, feed)))
}

/** @throws UsageError saying what was expected, never what was given */
async function readSecret(id: string, kind: FeedSecretKind): Promise<FeedSecret> {
  const lines = process.stdin.isTTY ? await asked(id, kind) : (await text(process.stdin)).split(/\r?\n/)
  const secret = feedSecretFrom(kind, lines)
  if (!secret.ok) throw new UsageError(secret.error.sentence)
  return secret.value
}

async function asked(id: string, kind: FeedSecretKind): Promise<string[]> {
  if (kind === 'password') return [await askUnseen(`Password of feed ${id}: `)]
  return [await ask(`Access key id of feed ${id}: `), await askUnseen('Its secret key: ')]
}

const modeOf = ({ settings }: FeedRecord) => (settings.mode === 'initiate' ? 'initiate' : 'accept')

async function printFeeds(database: Database): Promise<number> {
  const head = ['feed', 'environment', 'gateway', 'mode', 'address', 'dialect', 'state', 'credential']
  const feeds = await database.asJobs(listAllFeeds)
  for (const line of aligned([head, ...feeds.map(cellsOf)])) print(line)
  return 0
}

function cellsOf(feed: FeedRecord): string[] {
  const { host, port, dialect } = feed.settings
  const { credential } = feed
  const known = credential
    ? `${credentialWords(credential)}, set ${credential.setAt.slice(0, 16).replace('T', ' ')} UTC`
    : 'none'
  const address = `${String(host)}:${String(port)}`
  return [feed.id, feed.environment, feed.gatewayKind, modeOf(feed), address, String(dialect), feed.state, known]
}
