export const groupStates = ['requested', 'live', 'suspended', 'closed', 'abandoned'] as const
export type GroupState = (typeof groupStates)[number]

/** All changes of a group's state that are possible. */
export const groupChanges = {
  applied: { from: ['requested', 'live', 'suspended'], to: 'live' },
  suspend: { from: ['live'], to: 'suspended' },
  resume: { from: ['suspended'], to: 'live' },
  close: { from: ['live', 'suspended'], to: 'closed' },
  abandon: { from: ['requested'], to: 'abandoned' },
} as const satisfies Record<string, { from: readonly GroupState[]; to: GroupState }>

export type GroupChange = keyof typeof groupChanges

export const groupCan = (change: GroupChange, state: GroupState): boolean => {
  const from: readonly GroupState[] = groupChanges[change].from
  return from.includes(state)
}

/** The word on screen; `by` names who suspended it. */
export function groupStateWord(state: GroupState, by?: string): string {
  switch (state) {
    case 'requested':
      return 'Requested'
    case 'live':
      return 'Live'
    case 'suspended':
      return by ? `Suspended by ${by}` : 'Suspended'
    case 'closed':
      return 'Closed'
    case 'abandoned':
      return 'Abandoned'
  }
}

/** What the word means, beside it; a live group says how it is delivered instead. */
export const groupStateSentences: Record<GroupState, string> = {
  requested: 'Asked for, and not applied yet: nothing is delivered.',
  live: '',
  suspended: 'Nothing is delivered until it is resumed.',
  closed: 'It was closed: nothing is delivered any more.',
  abandoned: 'Its request ended before it was applied: nothing was ever delivered, and its name is free.',
}

export const levels = ['executions', 'acknowledgments', 'all'] as const
export type Level = (typeof levels)[number]

/**
 * The three message types of Schedule 12 (spec §4). The third is called "All of the Above" there, which says nothing
 * without the two others beside it.
 */
export const levelNames: Record<Level, string> = {
  executions: 'Trade Execution Reports',
  acknowledgments: 'Order Entry Acknowledgments',
  all: 'All messages',
}

/** Whether terms at `upTo` allow copies at `level`. */
export const levelCovers = (upTo: Level, level: Level): boolean => upTo === 'all' || upTo === level

export const protocols = ['classic', 'dc4'] as const
export type Protocol = (typeof protocols)[number]

export const targetStates = ['open', 'paused', 'closed'] as const
export type TargetState = (typeof targetStates)[number]

/** Sub-filters beside the level; rejects are off unless asked for (spec §4, OPEN-1). */
export type Filters = { rejects: boolean }
