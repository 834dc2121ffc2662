/** Field numbers. `!` follows a required field; a repeating group follows its counting field, in parentheses. */
type Layout = string

/** The standard header of session messages and copies, with the fields that a copy keeps of its source's header. */
export const header: Layout = `
  8! 9! 35! 34! 369 43 97 52! 49! 50 56! 57 122 142 143
  90 91 115 116 128 129 144 145 347 370 1128 1129 1156 627(628 629 630) 212 213`

export const trailer: Layout = '93 89 10!'

const parties = '448 447 452 2376 802(523 803)'
const nestedParties = '539(524 525 538 2384 804(545 805))'

/**
 * Repeating groups that a source message may carry: those of FIX 4.2 to 4.4, and those of later versions that are in
 * use. Sides (552) are left out: in FIX no copied message has them, and an engine may take their parties for the
 * message's own.
 */
const sourceGroups: Layout = `
  78(79 661 736 467 80 209 ${nestedParties}) 136(137 138 139 891) 232(233 234) 382(375 337 437 438 655) 454(455 456)
  518(519 520 521) 534(41 84 535 536 1824)
  555(600 601 602 603 604(605 606) 607 608 609 764 610 611 248 249 250 251 252 253 257 599 596 597 598 254 612 942
    613 614 615 616 617 618 619 620 621 622 623 624 556 740 739 955 956 687 690 683(688 689) 564 565 ${nestedParties}
    654 566 587 588 637 675 685 1073 1074 1075 686 670(671 672 673 674) 1017 1366 1418)
  711(311 312 309 305 457(458 459) 462 463 310 763 313 542 315 241 242 243 244 245 246 256 595 592 593 594 247 316 941
    317 436 435 308 306 362 363 307 364 365 877 878 318 879 810 882 883 884 885 886 887(888 889))
  768(769 770 771) 864(865 866 867 868) 1362(1363 1364 1365 1443)`

/** Fields of execution reports, cancel rejects and mass action reports of FIX 4.2 and 4.4, and of the exchange. */
const sourceFields: Layout = `
  1 6 11 12 13 14 15 17 18 19 20 21 22 29 30 31 32 37 38 39 40 41 44 47 48 54 55 58 59 60 63 64 65 66 75 76 77 84
  99 102 103 106 107 109 110 111 113 118 119 120 126 150 151 152 155 156 157 158 159 167 168 192 193 194 195 198
  200 201 202 205 206 207 210 211 218 220 221 222 223 224 225 226 227 228 229 230 231 235 236 237 238 239 240 255
  258 259 260 336 337 348 349 350 351 354 355 375 376 377 378 381 388 389 393 423 424 425 426 427 432 434 439 440
  442 460 461 468 469 470 471 472 479 480 481 483 484 485 494 497 513 515 516 526 527 528 529 533 541 543 544 548
  549 551 581 582 583 584 586 589 590 591 625 635 636 638 639 641 651 652 660 662 663 667 669 691 693 696 697 698
  699 701 738 761 762 775 788 790 835 836 837 838 839 840 841 842 843 844 845 846 847 848 849 850 851 854 873 874
  875 876 893 898 911 912 913 914 915 916 917 918 919 920 921 922 943 947 1028 1031 1057 1300 1369 1373 1374 1375
  5979 9717 37711`

/** A copy of any of the three types that are copied: all fields of the three, and the fields that a copy adds. */
const copy: Layout = `1180! 1181! 1350 1352 797! 453!(${parties}) ${sourceFields} ${sourceGroups}`

const applIds = '1351(1355 1182 1183 1357 1354)'

type MessageLayout = { type: string; name: string; isSession: boolean; fields: Layout }

const session = (type: string, name: string, fields: Layout): MessageLayout => ({ type, name, isSession: true, fields })
const application = (type: string, name: string, fields: Layout): MessageLayout => ({
  type,
  name,
  isSession: false,
  fields,
})

/** All that passes between a target and its client, in either direction. */
export const messages: readonly MessageLayout[] = [
  session('0', 'Heartbeat', '112'),
  session('1', 'TestRequest', '112!'),
  session('2', 'ResendRequest', '7! 16!'),
  session('3', 'Reject', '45! 58 354 355 371 372 373'),
  session('4', 'SequenceReset', '36! 123'),
  session('5', 'Logout', '58 354 355 789 9553'),
  session('A', 'Logon', '98 108! 141 95 96 354 355 1400 1401 1402 1603 1604 1605'),
  application('8', 'ExecutionReport', copy),
  application('9', 'OrderCancelReject', copy),
  application('BZ', 'OrderMassActionReport', copy),
  // the header has these fields too; but engines want a message to have fields, and some read data by its length in the
  // body alone
  application('n', 'XMLnonFIX', '212 213'),
  application('j', 'BusinessMessageReject', '45 372! 380! 58'),
  application('BW', 'ApplicationMessageRequest', `1346! 1347! ${applIds}`),
  application('BX', 'ApplicationMessageRequestAck', `1346! 1347! 1348! 1353! ${applIds} 58`),
  application('BY', 'ApplicationMessageReport', `1356! 1426! ${applIds}`),
]

/** One entry of a layout, read: `fields` are those inside a group. */
export type LayoutEntry = { tag: number; isRequired: boolean; fields: LayoutEntry[] | undefined }

/** @throws on an unmatched parenthesis (our bug) */
export function entriesOf(layout: Layout): LayoutEntry[] {
  const levels: LayoutEntry[][] = [[]]
  for (const [, number, required, bracket] of layout.matchAll(/(\d+)(!?)|([()])/g)) {
    const level = levels.at(-1)
    if (!level) throw new Error('unreachable: a layout with a parenthesis too many')
    if (number !== undefined) level.push({ tag: Number(number), isRequired: required === '!', fields: undefined })
    else if (bracket === '(') {
      const fields: LayoutEntry[] = []
      const counting = level.at(-1)
      if (counting) counting.fields = fields
      levels.push(fields)
    } else levels.pop()
  }
  const [all] = levels
  if (!all || levels.length !== 1) throw new Error('unreachable: a layout with a parenthesis too few')
  return all
}
