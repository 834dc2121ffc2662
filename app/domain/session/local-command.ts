import { z } from 'zod'
import { type SessionFacts, sessionActions, sessionKinds } from './command.ts'

const word = z.string().min(1).max(200)
const number = z.int().optional()

/**
 * What the command line asks of a connector that runs from a file, through the socket in its data directory: a line of
 * JSON each way. Without an order it asks for the state of the sessions.
 */
export const localAsk = z.strictObject({
  order: z
    .strictObject({
      ...{ id: z.uuid(), kind: z.enum(sessionKinds), session: word, action: z.enum(sessionActions) },
      ...{ expected: number, next: number, reason: z.string().min(1).max(2_000), operator: word },
      expiresMs: z.number(),
    })
    .optional(),
})
export type LocalAsk = z.output<typeof localAsk>
export type LocalAnswer = { sessions: SessionFacts[] } | { state: 'done' | 'refused' | 'expired'; says: string }
