import { describe, expect, test } from 'vitest'
import { BeforeLogon, perConnection } from '#connector/wire/before-logon.ts'

const { bytes, frames } = perConnection

function started(connections = 4) {
  const clock = { nowMs: 1_000 }
  const told: string[] = []
  const budget = new BeforeLogon(
    () => clock.nowMs,
    () => connections,
  )
  const open = (address = '192.0.2.1') => budget.open(address, () => told.push(address))
  return { clock, told, budget, open }
}

describe('a connection that has not logged on', () => {
  test('may cost so many frames, itself among them, and is told of when it has cost more', () => {
    const { open, told } = started()
    const one = open()
    for (let i = 1; i < frames; i++) expect(one.spend(100, 1)).toBe(true)
    expect(told).toEqual([])
    expect(one.spend(0, 1)).toBe(false)
    expect(told).toEqual(['192.0.2.1'])
  })

  test('may cost so many bytes', () => {
    const { open } = started()
    const one = open()
    expect(one.spend(bytes, 0)).toBe(true)
    expect(one.spend(1, 0)).toBe(false)
  })
})

describe('an address', () => {
  test('is shut when its connections have cost what all that may wait at once may, until the minute is over', () => {
    const { open, budget, clock } = started()
    for (let i = 0; i < 3; i++) open().spend(bytes, 0)
    expect(budget.isShut('192.0.2.1')).toBe(false)
    const late = open()
    open().spend(bytes, 0)
    expect(budget.isShut('192.0.2.1')).toBe(true)
    expect(late.spend(1, 1)).toBe(false)
    expect(budget.isShut('192.0.2.2')).toBe(false)
    expect(open('192.0.2.2').spend(200, 1)).toBe(true)
    clock.nowMs += 59_999
    expect(budget.isShut('192.0.2.1')).toBe(true)
    clock.nowMs += 1
    expect(budget.isShut('192.0.2.1')).toBe(false)
    expect(open().spend(200, 1)).toBe(true)
  })

  test('is shut by connections that say nothing, too', () => {
    const { open, budget } = started()
    for (let i = 1; i < 4 * frames; i++) open()
    expect(budget.isShut('192.0.2.1')).toBe(false)
    open()
    expect(budget.isShut('192.0.2.1')).toBe(true)
  })

  test('is never shut by connections that log on', () => {
    const { open, budget } = started()
    for (let i = 0; i < 100 * frames; i++) {
      const one = open()
      expect(one.spend(200, 1)).toBe(true)
      one.giveBack()
    }
    expect(budget.isShut('192.0.2.1')).toBe(false)
  })

  test('costs no memory for ever', () => {
    const { open, budget } = started(1)
    open('192.0.2.1').spend(bytes, 0)
    for (let i = 0; i < 9_999; i++) open(`198.51.${i >> 8}.${i & 255}`)
    expect(budget.isShut('192.0.2.1')).toBe(true)
    open('203.0.113.1')
    expect(budget.isShut('192.0.2.1')).toBe(false)
  })
})
