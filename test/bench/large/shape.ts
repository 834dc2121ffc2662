/** How large an exchange is. */
export type LargeShape = {
  /** The exchange, clearing firms and owners together. */
  firms: number
  clearingFirms: number
  people: number
  feeds: number
  sources: number
  sourcesPerGroup: number
  /** Groups that deliver, or are suspended; `twoTargets` of them have sources of both kinds of gateway. */
  groups: number
  twoTargets: number
  /** The share of the groups that one large owner has. */
  largestShare: number
  closedGroups: number
  /** New groups that are still being asked for, or were given up. */
  requestedGroups: number
  abandonedGroups: number
  /** Requests of a year, in all. */
  requests: number
  auditEvents: number
  /** Ended trading weeks in the ledger. */
  pastWeeks: number
}

/** The exchange that pages are measured with. */
export const largeShape: LargeShape = {
  firms: 60,
  clearingFirms: 15,
  people: 400,
  feeds: 10,
  sources: 5_000,
  sourcesPerGroup: 24,
  groups: 500,
  twoTargets: 14,
  largestShare: 0.2,
  closedGroups: 40,
  requestedGroups: 20,
  abandonedGroups: 30,
  requests: 20_000,
  auditEvents: 1_000_000,
  pastWeeks: 8,
}

/** The same kinds of rows, few of each: for a test. */
export const smallShape: LargeShape = {
  firms: 8,
  clearingFirms: 3,
  people: 60,
  feeds: 3,
  sources: 150,
  sourcesPerGroup: 8,
  groups: 14,
  twoTargets: 2,
  largestShare: 0.3,
  closedGroups: 2,
  requestedGroups: 2,
  abandonedGroups: 2,
  requests: 400,
  auditEvents: 6_000,
  pastWeeks: 2,
}
