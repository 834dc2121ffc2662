import { useEffect, useState } from 'react'
import { paths } from '#app/paths.ts'
import type { Found } from '#domain/search/hits.ts'

/** After the last letter; a person types the next one sooner. */
const restMs = 120

/**
 * What the portal finds for what is typed, asked when the typing rests; the older question is given up. Until the next
 * answer is there the last one stays, and is not `current`.
 */
export function useAnswers(typed: string): { found: Found | null; isCurrent: boolean } {
  const [answer, setAnswer] = useState<{ to: string; found: Found } | null>(null)
  useEffect(() => {
    if (typed.trim() === '') return setAnswer(null)
    const asking = new AbortController()
    const timer = setTimeout(() => {
      ask(typed, asking.signal).then(
        (found) => setAnswer(found && { to: typed, found }),
        () => undefined, // given up, or nobody answers: Enter leads to the page, which waits for the portal
      )
    }, restMs)
    return () => {
      clearTimeout(timer)
      asking.abort()
    }
  }, [typed])
  return { found: answer?.found ?? null, isCurrent: answer?.to === typed }
}

async function ask(typed: string, signal: AbortSignal): Promise<Found | null> {
  const answer = await fetch(paths.searchAnswers(typed), { signal, headers: { Accept: 'application/json' } })
  // a person who was signed out meanwhile is led to a page
  if (!answer.ok || !answer.headers.get('Content-Type')?.includes('json')) return null
  return answer.json()
}
