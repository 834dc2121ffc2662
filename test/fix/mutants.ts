import { encode, type Field } from '#fix/encode.ts'
import type { Session } from '#fix/session-state.ts'
import { formatUtc } from '#fix/time.ts'

/** Numbers below a bound, the same ones for the same seed. */
export class Dice {
  constructor(private state: number) {}

  below(bound: number): number {
    this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((this.state / 2 ** 32) * bound)
  }

  /** Once in so many times. */
  once(times: number): boolean {
    return this.below(times) === 0
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]! // `!`: below the length
  }
}

const types = ['0', '0', '1', '1', '2', '3', '4', '4', '8', '8', '8', 'BW', 'D', 'n', 'j', 'ZZ', '', '0\xff']
const values = ['', '0', '-1', '1', '7', '999999999', '1000000000', '9'.repeat(20), 'x', 'Y', 'N', '=', '\x00', 'é\xff']
const nasty = (dice: Dice): Field[1] => {
  if (dice.once(6)) return Buffer.from('a\x01b=c\x0135=5\x01', 'latin1')
  return dice.once(20) ? 'A'.repeat(dice.below(9_000)) : dice.pick(values)
}
const tags = [
  0, 1, 7, 8, 9, 10, 16, 34, 35, 36, 43, 45, 49, 52, 57, 90, 95, 96, 108, 112, 122, 123, 141, 212, 213, 355, 369,
]

/** What a peer of this session might say next, right or nearly right. */
function sensible(dice: Dice, session: Session, nowMs: number, msgType: string): Field[] {
  const { identity, role } = session.config
  const { nextIn, nextOut } = session
  const seqNum = dice.once(6) ? nextIn + dice.below(9) : dice.once(40) ? dice.pick(values) : nextIn
  const isLow = dice.once(12)
  const number = isLow ? Math.max(1, nextIn - 1 - dice.below(4)) : seqNum
  const fields: Field[] = [
    [35, msgType],
    [34, number],
  ]
  const again = isLow ? !dice.once(15) : dice.once(8)
  if (again) fields.push([43, 'Y'])
  fields.push([49, identity.targetCompId])
  if (role === 'acceptor') fields.push([50, 'RISK01'])
  fields.push([52, formatUtc(nowMs)], [56, identity.senderCompId])
  if (role === 'acceptor') fields.push([57, 'G'], [142, 'US,IL'])
  if (again && !dice.once(5)) fields.push([122, formatUtc(nowMs - 1_000 * dice.below(9))])
  const { phase } = session
  if (phase.kind === 'logon-sent' && phase.reset && msgType === 'A') fields.push([141, 'Y'])
  return [...fields, ...bodyOf(dice, msgType, nextIn, nextOut)]
}

function bodyOf(dice: Dice, msgType: string, nextIn: number, nextOut: number): Field[] {
  switch (msgType) {
    case 'A':
      return [
        [98, 0],
        [108, dice.pick([5, 30, 60, 0, 3])],
        ...(dice.once(9) ? [[141, dice.pick(['Y', 'N'])] as const] : []),
      ]
    case '0':
    case '1':
      return [[112, dice.once(9) ? nasty(dice) : `T${dice.below(99)}`]]
    case '2':
      return [
        [7, dice.below(nextOut + 3)],
        [16, dice.once(2) ? 0 : dice.below(nextOut + 9)],
      ]
    case '3':
      return [[45, dice.below(nextOut)]]
    case '4':
      return [
        [36, nextIn + dice.below(7)],
        [123, dice.once(9) ? 'N' : 'Y'],
      ]
    case 'n': {
      const inner = encode([
        [35, '8'],
        [34, dice.below(99)],
      ])
      return [
        [212, dice.once(5) ? dice.below(99) : inner.length],
        [213, inner],
      ]
    }
    default:
      return [[58, dice.once(3) ? nasty(dice) : 'text']]
  }
}

/** Fields taken away, doubled, exchanged or filled with nonsense. */
function spoil(dice: Dice, fields: Field[]): void {
  for (let n = 1 + dice.below(3); n > 0 && fields.length > 1; n--) {
    const at = dice.below(fields.length)
    const [tag, value] = fields[at]! // `!`: below the length
    const other = dice.below(fields.length)
    switch (dice.below(6)) {
      case 0:
        fields.splice(at, 1)
        break
      case 1:
        fields.splice(other, 0, [tag, value])
        break
      case 2:
        ;[fields[at], fields[other]] = [fields[other]!, fields[at]!] // `!`: below the length
        break
      case 3:
        fields[at] = [tag, nasty(dice)]
        break
      case 4:
        fields[at] = [dice.pick([...tags, Number.NaN, 99_999, 1e12, dice.below(3000)]), value]
        break
      default:
        fields.splice(at, 0, [dice.pick(tags), nasty(dice)])
    }
  }
}

/** Bytes flipped, cut out or put in. */
function damage(dice: Dice, frame: Buffer): Buffer {
  const at = dice.below(frame.length)
  switch (dice.below(4)) {
    case 0:
      return frame.subarray(0, at)
    case 1:
      return Buffer.concat([frame.subarray(0, at), frame.subarray(at + 1 + dice.below(5))])
    case 2:
      return Buffer.concat([frame.subarray(0, at), Buffer.from('8=FIX.4.2\x019=5\x01'), frame.subarray(at)])
    default: {
      const flipped = Buffer.from(frame)
      for (let n = 1 + dice.below(4); n > 0; n--) flipped[dice.below(flipped.length)] = dice.below(256)
      return flipped
    }
  }
}

/** The next frame of a peer that means well, cannot count, has a broken serializer, or a broken wire. */
export function mutant(dice: Dice, session: Session, nowMs: number): Buffer {
  const isOpening = session.phase.kind === 'awaiting-logon' || session.phase.kind === 'logon-sent'
  const isLogon = isOpening ? !dice.once(20) : dice.once(150)
  const fields = sensible(dice, session, nowMs, isLogon ? 'A' : dice.once(150) ? '5' : dice.pick(types))
  if (dice.once(isOpening ? 12 : 4)) spoil(dice, fields)
  const frame = encode(fields, dice.once(300) ? 'FIX.4.4' : 'FIX.4.2')
  return dice.once(8) ? damage(dice, frame) : frame
}
