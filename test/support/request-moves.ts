import { type RequestAction, type RequestState, requestActions, requestCan } from '#domain/request/lifecycle.ts'

/** Whether the table lets this action lead from one state to the other; `same` counts as staying. */
export function requestMoves(action: RequestAction, from: RequestState, to: RequestState): boolean {
  const ends: readonly (RequestState | 'same' | 'gone' | 'new-draft')[] = requestActions[action].to
  return requestCan(action, from) && (ends.includes(to) || (ends.includes('same') && from === to))
}
