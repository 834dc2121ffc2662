import { createHash } from 'node:crypto'
import type { Tx } from '#db/client.ts'
import {
  findVersionMark,
  listNewestParts,
  listObjects,
  listPartsSince,
  type StoredPart,
} from '#db/queries/publication/publications.ts'
import { canonicalJson } from '#domain/digest.ts'
import type { Environment } from '#domain/reference/environment.ts'

/** `text`: the part in the form that the digest of a version covers. */
type Read = { part: StoredPart; text: string }

/** The parts of one version, in the database's order, and the digest of all of them. */
export type PartsOfVersion = { parts: StoredPart[]; digest: string }

/**
 * The newest parts of an environment. After the first read only what a version changed is read. The documents of all
 * other parts stay the same objects, so that readers can skip them.
 */
export class NewestParts {
  private last: { number: number; mark: string; read: Map<string, Read> } | undefined

  constructor(private readonly environment: Environment) {}

  async of(tx: Tx, number: number): Promise<PartsOfVersion> {
    const { environment } = this
    const known = await this.known(tx, number)
    const changed = known
      ? await listPartsSince(tx, environment, known.number, number)
      : await listNewestParts(tx, environment, number)
    let read = new Map(known?.read)
    const isNew = known !== undefined && changed.some((part) => !read.has(keyOf(part)))
    for (const part of changed) read.set(keyOf(part), { part, text: textOf(part) })
    if (isNew) read = ordered(read, await listObjects(tx, environment, number))
    this.last = { number, mark: await findVersionMark(tx, environment, number), read }
    const all = [...read.values()]
    const text = `[${all.map((one) => one.text).join(',')}]`
    const digest = createHash('sha256').update(text).digest('hex').slice(0, 32)
    return { parts: all.map((one) => one.part), digest }
  }

  /** What was read last, unless the database was restored to an earlier state and has other versions now. */
  private async known(tx: Tx, number: number) {
    const { last, environment } = this
    if (!last || last.number > number) return undefined
    return last.mark === (await findVersionMark(tx, environment, last.number)) ? last : undefined
  }
}

const keyOf = ({ kind, objectId }: Pick<StoredPart, 'kind' | 'objectId'>): string => `${kind} ${objectId}`

const textOf = ({ kind, objectId, document }: StoredPart): string => canonicalJson({ kind, objectId, document })

/** The digest depends on this order. */
function ordered(
  read: ReadonlyMap<string, Read>,
  objects: readonly Pick<StoredPart, 'kind' | 'objectId'>[],
): Map<string, Read> {
  const inOrder = new Map<string, Read>()
  for (const key of objects.map(keyOf)) {
    const one = read.get(key)
    if (one) inOrder.set(key, one)
  }
  return inOrder
}
