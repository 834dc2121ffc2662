import type { Database, Tx } from '#db/client.ts'
import type { CommandAnswer } from '#services/command.ts'
import type { Refused } from '#services/refused.ts'
import { sentenceOf } from '../http/refusals.server.ts'
import { type About, type Told, whenInForce } from './session-answer.ts'

/** Thrown to roll the transaction back. */
class RolledBack extends Error {
  constructor(readonly error: Refused) {
    super(error.code)
  }
}

/** Publish what `act` changes, in a transaction of its own. `already`: the message when there was nothing to do. */
export async function publish(
  database: Database,
  about: About,
  act: (tx: Tx, now: Date) => CommandAnswer<{ version: number | null }>,
  already = 'It is so already. Nothing was changed.',
): Promise<Told> {
  try {
    const version = await database.asJobs(async (tx) => {
      const answer = await act(tx, new Date())
      if (!answer.ok) throw new RolledBack(answer.error)
      return answer.value.version
    })
    if (version === null) return { refused: already }
    return { waiting: 'it takes effect when one starts', poll: whenInForce(database, about, version) }
  } catch (error) {
    if (error instanceof RolledBack) return { refused: sentenceOf(error.error) }
    throw error
  }
}
