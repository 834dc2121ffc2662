import type { Message } from './message.ts'
import { Tag } from './tags.ts'

/**
 * Whether a frame holds the fields of several messages: 8, 9 and 35 of another one follow a CheckSum(10). A whole
 * message inside a data field does not count.
 */
export function holdsSeveralMessages({ tags, count }: Message): boolean {
  for (let i = 3; i < count - 3; i++)
    if (
      tags[i] === Tag.CheckSum &&
      tags[i + 1] === Tag.BeginString &&
      tags[i + 2] === Tag.BodyLength &&
      tags[i + 3] === Tag.MsgType
    )
      return true
  return false
}
