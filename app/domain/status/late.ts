/** A connector reports once a second; one that has said nothing for longer than this counts as silent. */
export const silentAfterMs = 10_000

/** A client that is logged on and further behind than this is late. */
export const lateAfterMs = 2_000
