/** What can be found. */
export type HitKind = 'source' | 'target' | 'group' | 'request' | 'firm' | 'person' | 'feed'

/** One thing found: `id` names its page, `detail` tells it from others of its name. */
export type Hit = { id: string; title: string; detail: string }

/** Things of one kind, the best first; `total` counts those that are not listed, too. */
export type HitsOfKind = { kind: HitKind; total: number; isExact: boolean; hits: Hit[] }

/** What was found; `sentence`: why nothing was looked for, null where something was, or nothing was typed. */
export type Found = { typed: string; sentence: string | null; kinds: HitsOfKind[] }
