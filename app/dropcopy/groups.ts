import type { Message } from '#fix/message.ts'
import { Tag } from '#fix/tags.ts'

/** Parties below a party, of a leg or of an allocation. */
const nestedParties = [539, 524, 525, 538, 2384, 804, 545, 805]

/**
 * Repeating groups that execution reports, cancel rejects and mass action reports may carry, of FIX 4.2 to 4.4 all: the
 * tags inside each, by the tag that counts its entries. From FIX 5.0 on only those that are in use. Groups that begin
 * above 797 are not needed: the rules for the order of tags end there.
 */
const groups: Record<number, readonly number[]> = {
  78: [79, 661, 736, 467, 80, 209, ...nestedParties], // allocations
  136: [137, 138, 139, 891], // miscellaneous fees
  232: [233, 234], // stipulations
  382: [375, 337, 437, 438, 655], // contra brokers
  453: [448, 447, 452, 2376, 802, 523, 803], // parties
  454: [455, 456], // alternative security identifiers
  457: [458, 459],
  518: [519, 520, 521], // contract amounts
  534: [41, 84, 535, 536, 1824], // affected orders
  539: nestedParties.slice(1),
  552: [54, 37, 198, 11, 526, 453, 448, 447, 452, 802, 523, 803, 1, 581, 528, 578, 579], // sides
  555: [
    600,
    601,
    602,
    603,
    604,
    605,
    606,
    607,
    608,
    609,
    764,
    610,
    611,
    248,
    249,
    250,
    251,
    252,
    253,
    257,
    599,
    596,
    597,
    598,
    254,
    612,
    942,
    613,
    614,
    615,
    616,
    617,
    618,
    619,
    620,
    621,
    622,
    623,
    624,
    556,
    740,
    739,
    955,
    956,
    687,
    690,
    683,
    688,
    689,
    564,
    565,
    654,
    566,
    587,
    588,
    637,
    675,
    685,
    1073,
    1074,
    1075,
    686,
    670,
    671,
    672,
    673,
    674,
    1017,
    1366,
    1418,
    ...nestedParties,
  ], // legs
  604: [605, 606],
  627: [628, 629, 630], // hops
  670: [671, 672, 673, 674],
  683: [688, 689],
  711: [
    311, 312, 309, 305, 457, 458, 459, 462, 463, 310, 763, 313, 542, 315, 241, 242, 243, 244, 245, 246, 256, 595, 592,
    593, 594, 247, 316, 941, 317, 436, 435, 308, 306, 362, 363, 307, 364, 365, 877, 878, 318, 879, 810, 882, 883, 884,
    885, 886, 887, 888, 889,
  ], // underlyings
  768: [769, 770, 771], // regulatory timestamps
  802: [523, 803],
  804: [545, 805],
  1362: [1363, 1364, 1365, 1443], // fills
}

const insideOf = new Map(Object.entries(groups).map(([count, tags]) => [Number(count), new Set(tags)]))

/** Tags that count the entries of a group. */
export const groupTags: readonly number[] = [...insideOf.keys()]

/** Counts sides, the one group that has parties inside. */
export const sidesTag = 552

/**
 * Index of the first field behind the group that the field at `index` counts; `index + 1` when it counts none. A group
 * has as many entries as it says, each from its first tag to the next one of the kind, so a field of the sender's own
 * does not end it. In the last entry such a field is the group's when a field that can be only the group's follows.
 */
export function endOfGroup(message: Message, index: number, end: number): number {
  const { tags } = message
  const inside = insideOf.get(tags[index]!) // `!` here and below: callers stay below the message's count
  let next = index + 1
  if (!inside || next >= end || !inside.has(tags[next]!)) return next
  const first = tags[next]!
  let left = message.intAt(index) ?? 0
  for (let i = next; i < end && left > 0; i++) if (tags[i] === first && --left === 0) next = i
  for (;;) {
    while (next < end && inside.has(tags[next]!)) next++
    let own = next
    while (own < end && tags[own]! > Tag.CopyMsgIndicator && !inside.has(tags[own]!)) own++
    if (own === next || own === end || !inside.has(tags[own]!)) return next
    next = own
  }
}

/**
 * How many entries a group really has; its count may be wrong. These are the fields between `index`, which counts, and
 * `end` that have the tag of the first one.
 */
export function countEntries({ tags }: Message, index: number, end: number): number {
  let entries = 0
  for (let i = index + 1; i < end; i++) if (tags[i] === tags[index + 1]) entries++
  return entries
}
