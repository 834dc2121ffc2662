/**
 * Repeating groups that execution reports, cancel rejects and mass action reports may carry: the tags inside each, by the
 * tag that counts its entries. 797 never goes inside one of them.
 */
const groups: Record<number, readonly number[]> = {
  78: [79, 80, 467, 539, 524, 525, 538], // allocations
  136: [137, 138, 139, 891], // miscellaneous fees
  382: [375, 337, 437, 438, 655], // contra brokers
  453: [448, 447, 452, 802, 523, 803], // parties
  454: [455, 456], // alternative security identifiers
  518: [519, 520, 521], // contract amounts
  534: [41, 84, 535, 536, 1824], // affected orders
  539: [524, 525, 538, 804, 545, 805],
  552: [54, 37, 198, 11, 526, 453, 448, 447, 452, 802, 523, 803, 1, 581, 528, 578, 579],
  555: [
    600, 601, 602, 603, 604, 605, 606, 607, 608, 609, 610, 611, 612, 613, 614, 615, 616, 617, 618, 619, 620, 621, 622,
    623, 624, 556, 740, 739, 955, 956, 687, 690, 683, 688, 689, 564, 565, 539, 524, 525, 538, 654, 566, 587, 588, 637,
    675, 1073, 1074, 1075, 686, 670, 671, 672, 673, 674, 1017, 1366,
  ],
  711: [311, 312, 309, 305, 457, 458, 459, 462, 463, 310, 763, 313, 542, 306, 307, 308, 879, 810],
  768: [769, 770, 771], // regulatory timestamps
  802: [523, 803],
  1362: [1363, 1364, 1365, 1443], // fills
}

const insideOf = new Map(Object.entries(groups).map(([count, tags]) => [Number(count), new Set(tags)]))

/** Tags that count the entries of a group. */
export const groupTags: readonly number[] = [...insideOf.keys()]

/** Index of the first field behind the group that the field at `index` counts; `index + 1` when it counts none. */
export function behindGroup(tags: Int32Array, index: number, end: number): number {
  const inside = insideOf.get(tags[index]!) // `!`: callers stay below the message's count
  let next = index + 1
  while (next < end && inside?.has(tags[next]!)) next++
  return next
}
