import { describe, expect, test } from 'vitest'
import { mayEndContact } from '#domain/group/contacts.ts'
import type { Standing } from '#domain/people/permissions.ts'
import { mayWithdraw, type RequestFacts, type Submitter } from '#domain/request/guards.ts'

describe('withdrawing a request', () => {
  const request: RequestFacts = {
    kind: 'change',
    ownerId: 'alder',
    draftedBy: 'ann',
    onBehalf: false,
    groupHasContact: true,
    guarantors: ['xenon'],
  }
  const by = (over: Partial<Submitter>): Submitter => {
    return { userId: 'ann', firmId: 'alder', isExchange: false, roles: [], contactFor: [], ...over }
  }

  test('is for a requester of the owner, or an authorized contact of the group', () => {
    expect(mayWithdraw(request, by({ roles: ['requester'] }))).toBeUndefined()
    expect(mayWithdraw(request, by({ contactFor: ['xenon'] }))).toBeUndefined()
  })

  test.each(['viewer', 'technical-contact', 'billing-approver', 'clearing-signatory', 'firm-admin'])(
    'is refused to a %s of the owner, naming the role that may',
    (role) => {
      expect(mayWithdraw(request, by({ roles: [role] }))).toEqual({ code: 'not-allowed', needs: 'requester' })
    },
  )

  test('is not there for anybody of another firm, a requester of theirs or of the exchange', () => {
    expect(mayWithdraw(request, by({ firmId: 'cedar', roles: ['requester'] }))).toEqual({ code: 'not-found' })
    expect(mayWithdraw(request, by({ firmId: 'xenon', roles: ['clearing-signatory'] }))).toEqual({ code: 'not-found' })
    expect(mayWithdraw(request, by({ firmId: 'harbor', isExchange: true, roles: ['gam'] }))).toEqual({
      code: 'not-found',
    })
  })
})

describe('ending a contact', () => {
  const contact = { ownerId: 'alder', authorizedBy: 'xenon', userId: 'avery' }
  const other = { ownerId: 'alder', authorizedBy: 'birch', userId: 'alex' }
  const may = (firmId: string, standings: Standing[], userId = 'somebody') =>
    mayEndContact(contact, { userId, firmId, isExchange: firmId === 'harbor', standings }, [contact, other])

  test('is for a signatory of the firm that authorized them, and of no other clearing firm', () => {
    expect(may('xenon', ['clearing-signatory'])).toBe(true)
    expect(may('birch', ['clearing-signatory'])).toBe(false)
    expect(may('alder', ['clearing-signatory'])).toBe(false)
    expect(may('xenon', ['firm-admin', 'viewer'])).toBe(false)
  })

  test('is for a requester of the owner or another contact of the group, and for operations of the exchange', () => {
    expect(may('alder', ['requester'])).toBe(true)
    expect(may('alder', ['authorized-contact'], 'alex')).toBe(true)
    expect(may('alder', ['authorized-contact'], 'a contact of another group')).toBe(false)
    expect(may('cedar', ['requester'])).toBe(false)
    expect(may('harbor', ['operations'])).toBe(true)
    expect(may('harbor', ['gam'])).toBe(false)
  })
})
