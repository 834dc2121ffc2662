import { expect, test } from 'vitest'
import { decode, Message } from '#fix/message.ts'
import { holdsSeveralMessages } from '#fix/several-messages.ts'
import { framed, newOrder, readable } from '#test/dropcopy/vectors.ts'

const one = readable(framed(`35=8|34=1|49=CME|56=K7T882N|52=20240304-13:00:01.101|${newOrder}`))
const isOneOfSeveral = (body: string): boolean => {
  const message = new Message()
  decode(framed(body), message)
  return holdsSeveralMessages(message)
}

test.each([
  ['as it is', `35=8|34=1|${newOrder}`, false],
  ['with another one behind its CheckSum', `35=8|34=1|${newOrder}10=123|${one}`, true],
  ['with another one that has lost its own end', `35=8|34=1|10=1|8=FIX.4.2|9=5|35=0|`, true],
  ['with a whole one in a data field', `35=n|34=1|212=${one.length}|213=${one}|`, false],
  ['with several in a data field', `35=B|34=1|95=${one.length * 2}|96=${one}${one}|58=x|`, false],
  ['with a CheckSum that nothing begins behind', `35=8|34=1|10=123|58=x|9=5|35=8|`, false],
])('a message %s: several is %s', (_, body, several) => {
  expect(isOneOfSeveral(body)).toBe(several)
})
