/** What became of one part of a configuration version. */
export type PartReport = {
  kind: 'feed' | 'source' | 'target'
  id: string
  state: 'running' | 'refused'
  /** Why it was refused. */
  detail?: string
  /** By source: the first number judged by the new terms. */
  fromSourceSeq?: Record<string, number>
}
