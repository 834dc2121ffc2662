/** SessionRejectReason(373): FIX 4.2's, and two of later versions that FIX 4.2 has no number for. */
export const Reason = {
  invalidTag: 0,
  missing: 1,
  notForType: 2,
  noValue: 4,
  incorrect: 5,
  format: 6,
  compId: 9,
  sendingTime: 10,
  msgType: 11,
  repeated: 13,
  misplaced: 14,
} as const
