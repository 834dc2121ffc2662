/**
 * Data fields may hold SOH; each is read by the length that the field right before it gives. All that FIX 4.2 to 5.0
 * SP2 define, extension packs included. Here the length tags whose data tag is the next number.
 */
const followed = [
  90, 95, 212, 348, 350, 352, 354, 356, 358, 360, 362, 364, 445, 618, 621, 1184, 1277, 1280, 1282, 1359, 1397, 1401,
  1403, 1468, 1578, 1620, 1664, 1733, 1871, 1874, 2072, 2074, 2111, 2179, 2287, 2351, 2481, 2637, 2651, 2665, 2715,
  2718, 2721, 2797, 40004, 40008, 40978, 40980, 40982, 40984, 40986, 40988, 41083, 41101, 41107, 41256, 41320, 41324,
  41458, 41476, 41482, 41653, 41710, 41806, 41811, 41873, 41969, 42025, 42171, 42451, 42652, 42947,
]

/** The other ones: [length tag, data tag]. */
const others = [
  [93, 89],
  [1525, 1527],
  [1678, 1697],
  [2372, 2371],
  [2494, 2493],
  [2522, 2521],
  [2802, 2801],
  [2809, 2808],
  [2815, 2814],
  [43109, 42684],
  [43110, 42486],
  [43111, 42982],
] as const

/** By data tag: its length tag, or 0 when the field is ordinary. No tag above these bounds is a data field. */
export const lengthTagOf: Uint16Array = new Uint16Array(65_536)
for (const length of followed) lengthTagOf[length + 1] = length
for (const [length, data] of others) lengthTagOf[data] = length
