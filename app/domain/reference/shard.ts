/** The shard of everything that names none. A shard is one journal, one connector, one thing that fails over. */
export const mainShard = 'main'
