import type { Tx } from '#db/client.ts'
import { findPaperOf } from '#db/queries/request/papers.ts'
import { findRequest } from '#db/queries/request/requests.ts'

/** A paper of the request with this number and what is in it; undefined: not there, or not this reader's to read. */
export async function findPaper(tx: Tx, number: number, paperId: string): ReturnType<typeof findPaperOf> {
  const request = await findRequest(tx, number)
  return request && findPaperOf(tx, request.id, paperId)
}
