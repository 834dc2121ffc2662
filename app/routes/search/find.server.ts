import type { RequestContext, SignedInUser } from '#app/http/context.ts'
import type { Found } from '#domain/search/hits.ts'
import { longestQuestion, readQuestion } from '#domain/search/question.ts'
import { findAnything } from '#views/search/find-anything.ts'

const sentences = {
  blank: null,
  'too-long': `Nothing has a name of more than ${longestQuestion} characters. Type less of it.`,
} as const

/** Answers the question `?q=` of an address, for this person. */
export async function find(request: Request, context: RequestContext, user: SignedInUser): Promise<Found> {
  const read = readQuestion(new URL(request.url).searchParams.get('q') ?? '')
  if (!read.question) return { typed: '', sentence: sentences[read.why], kinds: [] }
  const { question } = read
  const kinds = await context.read(user, (tx) =>
    findAnything(tx, user, context.environment, question, context.deps.now()),
  )
  return { typed: question.typed, sentence: null, kinds }
}
