import { describe, expect, test } from 'vitest'
import { changesOf } from '#domain/request/changes.ts'
import type { Item } from '#domain/request/items.ts'

const firms = [{ code: '560', name: 'Xenon Clearing' }]
const contact = { name: 'Avery Alder', title: '', email: 'avery@alder.example', phone: '', clearingCode: '560' }

describe('what a request changes', () => {
  test('is said before and after, and as what comes and goes', () => {
    const items: Item[] = [
      { op: 'add-source', source: 'K7T882', seenGuarantors: [] },
      { op: 'remove-source', source: 'M3P882', revoked: false },
      { op: 'set-level', seen: 'executions', to: 'all' },
      { op: 'set-rejects', seen: false, to: true },
      { op: 'set-addresses', seen: [], to: ['192.0.2.0/24'] },
      { op: 'add-contact', contact },
    ]
    expect(changesOf(items, firms, ['new target 1'])).toEqual([
      { what: 'Source sessions', added: ['K7T882'], removed: ['M3P882'], isCode: true },
      { what: 'Messages', before: 'Trade Execution Reports', after: 'All messages' },
      { what: 'Reject messages', before: 'Left out', after: 'Copied too' },
      { what: 'Client addresses', before: 'Any address', after: '192.0.2.0/24 only' },
      { what: 'Targets', added: ['new target 1'], removed: [], isCode: false },
      { what: 'Authorized contacts', added: ['Avery Alder, by Xenon Clearing (560)'], removed: [], isCode: false },
    ])
  })

  test('of a new group has no before', () => {
    const items: Item[] = [
      { op: 'create-group', name: 'Desk 7' },
      { op: 'add-source', source: 'K7T882', seenGuarantors: [] },
      { op: 'set-level', seen: null, to: 'all' },
      { op: 'set-rejects', seen: null, to: false },
    ]
    expect(changesOf(items, firms).flatMap((change) => ('before' in change ? [change.before] : []))).toEqual([
      null,
      null,
      null,
    ])
  })

  test('leaves out what is set to what it is already', () => {
    expect(changesOf([{ op: 'set-level', seen: 'all', to: 'all' }], firms)).toEqual([])
  })

  test('tells a removal after which nothing is sent again from one from now on', () => {
    const [sources] = changesOf([{ op: 'remove-source', source: 'M3P882', revoked: true }], firms)
    expect(sources).toMatchObject({ removed: ['M3P882, and nothing again'] })
  })

  test('of a close says that the group was open and is closed', () => {
    expect(changesOf([{ op: 'close-group' }], firms)).toEqual([
      { what: 'Group', before: 'Open', after: 'Closed, with all its targets' },
    ])
  })

  test('names a clearing firm that may not be named by its ID alone', () => {
    expect(changesOf([{ op: 'add-contact', contact }], [])).toMatchObject([{ added: ['Avery Alder, by 560'] }])
  })
})
