/**
 * Where a cursor is in its work:
 *   idle     no copy waits, or no client is there
 *   parked   copies wait, and there is no room for them
 *   joined   copies wait, and the sweep moves the cursor, but now reads elsewhere in the journal
 *   reading  the sweep reads its present piece for this cursor too
 */
export type CursorMode = 'idle' | 'parked' | 'joined' | 'reading'

/** What happens to a cursor; the table below explains each event. */
export type CursorEvent =
  | 'copy-waits'
  | 'room'
  | 'piece-from-here'
  | 'piece-ahead'
  | 'no-room'
  | 'caught-up'
  | 'stopped'

/**
 * The mode that follows when something happens. A bar means that it cannot happen: only the sweep reports it, and the
 * sweep knows no cursor that is idle or parked.
 *
 *                    idle     parked   joined   reading
 *   copy-waits       parked   parked   joined   reading   a copy could not be written when it came
 *   room             joined   joined   joined   reading   a copy waits, and there is room for some more
 *   piece-from-here  -        -        reading  reading   the next piece of the journal begins where it is, or before
 *   piece-ahead      -        -        joined   joined    the next piece begins behind its place: it has to wait
 *   no-room          -        -        parked   parked    there is no room for its next copy
 *   caught-up        -        -        idle     idle      no copy waits any more
 *   stopped          idle     idle     idle     idle      the client has gone
 */
export function nextMode(mode: CursorMode, event: CursorEvent): CursorMode {
  const isCarried = mode === 'joined' || mode === 'reading'
  switch (event) {
    case 'copy-waits':
      return mode === 'idle' ? 'parked' : mode
    case 'room':
      return isCarried ? mode : 'joined'
    case 'stopped':
      return 'idle'
    default:
      if (!isCarried) throw new Error(`bug: a cursor that is ${mode} is told ${event}`)
      return bySweep[event]
  }
}

/** The sweep alone reports these events, and each leads to one mode. */
const bySweep = {
  'piece-from-here': 'reading',
  'piece-ahead': 'joined',
  'no-room': 'parked',
  'caught-up': 'idle',
} as const
