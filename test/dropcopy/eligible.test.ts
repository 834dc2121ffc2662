import { describe, expect, test } from 'vitest'
import { type MessageClass, messageClasses } from '#dropcopy/classify.ts'
import { compileTerms, filterReasonOf, filterReasons, subFilters } from '#dropcopy/eligible.ts'

type Terms = Parameters<typeof compileTerms>[0]
const terms = (change: Partial<Terms> = {}): Terms => ({ level: 'all', filters: {}, protocol: 'classic', ...change })
const reason = (name: MessageClass, change: Partial<Terms> = {}) =>
  filterReasonOf(messageClasses.indexOf(name), compileTerms(terms(change)))
const passing = (change: Partial<Terms>) => messageClasses.filter((name) => reason(name, change) === undefined)

const executions = ['fill', 'trade-cancel', 'trade-correction']
const acknowledgments = ['new-order', 'cancel', 'modify', 'elimination', 'mass-action']

describe('the three levels of Schedule 12', () => {
  test('are presets over the sub-filters, with rejects and EBS messages off', () => {
    expect(passing({ level: 'executions' })).toEqual(executions)
    expect(passing({ level: 'acknowledgments' })).toEqual(acknowledgments)
    expect(passing({ level: 'all' })).toEqual([...executions, ...acknowledgments])
  })
  test('name the reason of what they leave out', () => {
    expect(reason('new-order', { level: 'executions' })).toBe('level')
    expect(reason('fill', { level: 'acknowledgments' })).toBe('level')
    expect(reason('order-reject')).toBe('rejects')
    expect(reason('cancel-reject', { level: 'executions' })).toBe('level')
    expect(reason('never-copied')).toBe('never-copied')
    expect(reason('session')).toBe('session-message')
    expect(reason('unknown')).toBe('unknown-type')
  })
})

describe('a sub-filter', () => {
  test('switched off takes exactly its classes away, under its own name', () => {
    for (const name of Object.keys(subFilters) as (keyof typeof subFilters)[]) {
      const filters = { rejects: true, ebs: true, [name]: false }
      for (const one of subFilters[name].classes) expect(reason(one, { filters, protocol: 'dc4' })).toBe(name)
      const others = messageClasses.filter((one) => !subFilters[name].classes.some((own) => own === one)).slice(3)
      for (const one of others) expect(reason(one, { filters, protocol: 'dc4' })).toBeUndefined()
    }
  })
  test('for rejects adds them to the acknowledgments, never to executions alone', () => {
    const filters = { rejects: true }
    expect(passing({ level: 'acknowledgments', filters })).toEqual([
      ...acknowledgments,
      'order-reject',
      'cancel-reject',
    ])
    expect(passing({ level: 'executions', filters })).toEqual(executions)
  })
  test('for EBS messages concerns Drop Copy 4.0 only', () => {
    expect(reason('ebs-pending', { filters: { ebs: true }, protocol: 'dc4' })).toBeUndefined()
    expect(reason('ebs-pending', { protocol: 'dc4' })).toBe('ebs')
    expect(reason('ebs-pending', { filters: { ebs: true } })).toBe('never-copied')
  })
})

test('every reason keeps its index, which a counter may be stored under', () => {
  expect(filterReasons.slice(0, 4)).toEqual(['unknown-type', 'session-message', 'never-copied', 'level'])
  expect([...filterReasons.slice(4)].sort()).toEqual(Object.keys(subFilters).sort())
  expect(filterReasonOf(200, compileTerms(terms()))).toBe('unknown-type')
})
