import { createHash } from 'node:crypto'
import { readFileSync, unwatchFile, watchFile } from 'node:fs'
import { parseSnapshot, type Snapshot } from '#domain/configuration/snapshot.ts'
import type { Wanted, WantedSource } from './wanted.ts'

const pollMs = 500

/** A snapshot file: read on every pass, and judged when its text has changed. */
export function wantedFile(path: string): WantedSource {
  let watching = false
  let last: { text: string; wanted: Wanted } | undefined
  return {
    read: async () => {
      const text = readText(path)
      if (typeof text !== 'string') return text
      if (text !== last?.text) last = { text, wanted: readSnapshot(path, text) }
      return last.wanted
    },
    watch: (wake) => {
      watching = true
      watchFile(path, { interval: pollMs }, wake)
    },
    report: () => undefined,
    stop: async () => {
      if (watching) unwatchFile(path)
    },
  }
}

/** What the file says, or why it cannot be read. */
function readText(path: string): string | Wanted {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    return unreadable(path, cause)
  }
}

function readSnapshot(path: string, text: string): Wanted {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (cause) {
    return unreadable(path, cause)
  }
  return checked(document)
}

const unreadable = (path: string, cause: unknown): Wanted => ({
  ok: false,
  problems: [`${path}: ${cause instanceof Error ? cause.message : String(cause)}`],
})

/** Checks that a document is a snapshot that this connector can run. */
export function checked(document: unknown): Wanted {
  const parsed = parseSnapshot(document)
  return parsed.ok
    ? { ok: true, snapshot: parsed.value, digest: digestOf(parsed.value) }
    : { ok: false, problems: parsed.error.problems }
}

/** The digest leaves out the version number, and the shard, which belongs to the directory: see `refusal`. */
const digestOf = ({ version: _version, shard: _shard, ...rest }: Snapshot): string =>
  createHash('sha256').update(JSON.stringify(rest)).digest('hex').slice(0, 32)
