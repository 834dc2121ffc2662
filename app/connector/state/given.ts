import type { Chain, Held } from './waiting.ts'

/** Source numbers of one epoch, inclusive: all held copies among them have been sent by Application Resend. */
export type Given = { epoch: number; from: number; to: number }

/** The newest number of a source copied or held in this week, and its epoch; a number of 0: none yet. */
export function lastCopied(chain: Chain | undefined): { epoch: number; number: number } {
  let { epoch, head: number } = chain ?? { epoch: 0, head: 0 }
  for (const held of chain?.held ?? []) {
    if (held.late || held.epoch < epoch) continue
    number = held.epoch > epoch ? held.to : Math.max(number, held.to)
    epoch = held.epoch
  }
  return { epoch, number }
}

/** Whether an eligible message was pushed out of the queue and has not been sent by Application Resend since. */
export function isHeld(
  chain: { held: readonly Held[]; given?: readonly Given[] | undefined },
  epoch: number,
  number: number,
  late: boolean,
): boolean {
  const wasHeld = chain.held.some(
    (one) => one.epoch === epoch && one.late === late && one.from <= number && number <= one.to,
  )
  return wasHeld && !chain.given?.some((one) => one.epoch === epoch && one.from <= number && number <= one.to)
}

/**
 * Notes a held copy as sent by Application Resend. `previous`: the copy sent right before, 0 for none. No held copy is
 * between the two.
 */
export function give(chain: Chain, epoch: number, number: number, previous: number): void {
  let from = previous > 0 ? previous + 1 : number
  let to = number
  const last = chain.given?.at(-1)
  if (last && last.epoch === epoch && last.from <= from && last.to >= from - 1 && last.to < to) {
    last.to = to // nearly always: right behind the one before it
    return
  }
  const apart: Given[] = []
  for (const one of chain.given ?? []) {
    if (one.epoch !== epoch || one.to < from - 1 || one.from > to + 1) apart.push(one)
    else {
      from = Math.min(from, one.from)
      to = Math.max(to, one.to)
    }
  }
  chain.given = [...apart, { epoch, from, to }]
}

/** Marks a late copy as held that lies among numbers given before it came. */
export function takeBack(chain: Chain, epoch: number, number: number): void {
  if (!chain.given) return
  chain.given = chain.given.flatMap((one) => {
    if (one.epoch !== epoch || number < one.from || number > one.to) return [one]
    const parts = [
      { epoch, from: one.from, to: number - 1 },
      { epoch, from: number + 1, to: one.to },
    ]
    return parts.filter(({ from, to }) => from <= to)
  })
}
