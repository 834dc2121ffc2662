import { expect, test } from 'vitest'
import { readable } from '#app/cli/readable.ts'

test('a message is shown on one line, with its passwords as *** whatever they hold', () => {
  const text = ['8=FIX.4.2', '35=A', '95=9', '96=a|b\nc=d', '554=x', '925=y', '1402=z', '196=seen', '58=\xe9'].join(
    '\x01',
  )
  expect(readable(`${text}\x01`)).toBe('8=FIX.4.2|35=A|95=9|96=***|554=***|925=***|1402=***|196=seen|58=\\xe9|')
})
