import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { covers, uncovered, withdraw } from '#domain/consent/covering.ts'
import { fingerprint, hex, secretFrom, verifierOf } from '#domain/credential/secret.ts'
import { type Level, levels } from '#domain/group/states.ts'
import { may, type Permission, permissions } from '#domain/people/permissions.ts'
import { type Role, roleConflict, roles, rolesOf, soleRoles } from '#domain/people/roles.ts'
import { maySubmit, nobodyToDecide, type RequestFacts, type Submitter } from '#domain/request/guards.ts'
import { actionsFor, nextFor, type RequestStanding } from '#domain/request/standing.ts'

describe('permissions', () => {
  const permissionNames = Object.keys(permissions) as Permission[] // the keys of a literal are its own
  test('every permission is held by somebody, and everybody may read the status', () => {
    for (const permission of permissionNames) expect(permissions[permission].length).toBeGreaterThan(0)
    for (const role of roles) expect(may({ standings: [role] }, 'status:read')).toBe(true)
    expect(may({ standings: [] }, 'status:read')).toBe(false)
  })

  test('nobody of the exchange creates a credential, and an administrator decides nothing', () => {
    const makers: readonly string[] = permissions['credential:create']
    for (const role of rolesOf(true)) expect(makers).not.toContain(role)
    for (const permission of ['request:decide', 'request:decide-as-exchange', 'request:undo'] as const)
      expect(may({ standings: ['administrator'] }, permission)).toBe(false)
  })

  test('an auditor writes nothing but their own password', () => {
    const held = permissionNames.filter((permission) => may({ standings: ['auditor'] }, permission))
    expect(held.filter((permission) => !permission.endsWith(':read'))).toEqual(['own-password:write'])
  })

  test('roles of a firm and of the exchange do not mix', () => {
    for (const role of rolesOf(false)) expect(roleConflict([role], true)).toBeDefined()
    for (const role of rolesOf(true)) expect(roleConflict([role], false)).toBeDefined()
    expect(roleConflict(['administrator', 'gam'], true)).toContain('administrator')
    expect(roleConflict(['gam', 'operations'], true)).toBeUndefined()
  })
})

describe('the roles that a firm has one person for', () => {
  const one = (userId: string, roles: Role[], more = {}) => ({ userId, firmId: 'x', isActive: true, roles, ...more })
  test('are those that nobody else active there holds', () => {
    const person = one('a', ['clearing-signatory', 'viewer'])
    const viewer = one('b', ['viewer'])
    expect(soleRoles(person, [person, viewer])).toEqual(['clearing-signatory'])
    const elsewhere = [one('c', ['clearing-signatory'], { firmId: 'y' }), one('d', ['viewer'], { isActive: false })]
    expect(soleRoles(person, [person, ...elsewhere])).toEqual(['clearing-signatory', 'viewer'])
  })
})

describe('consents', () => {
  const level = fc.constantFrom(...levels)
  const consent = fc.record({
    source: fc.constantFrom('s1', 's2'),
    clearingFirmId: fc.constantFrom('x', 'b'),
    upToLevel: level,
  })
  test('withdrawing never makes anything flow, and leaves nothing of that firm for those sources', () => {
    fc.assert(
      fc.property(fc.array(consent), level, (consents, wanted: Level) => {
        const { kept, ended } = withdraw(consents, 'x', ['s1'])
        expect(kept.length + ended.length).toBe(consents.length)
        expect(kept.some((one) => covers(one, 's1', 'x', wanted))).toBe(false)
        const source = { source: 's1', guarantors: ['x', 'b'] }
        expect(uncovered([source], wanted, kept)).not.toEqual([])
      }),
    )
  })

  test('the widest level covers every other', () => {
    for (const one of levels)
      expect(covers({ source: 's', clearingFirmId: 'x', upToLevel: 'all' }, 's', 'x', one)).toBe(true)
    expect(covers({ source: 's', clearingFirmId: 'x', upToLevel: 'executions' }, 's', 'x', 'all')).toBe(false)
  })
})

describe('a secret', () => {
  test('has 160 bits: different bytes give different secrets', () => {
    const bytes = fc.uint8Array({ minLength: 20, maxLength: 20 })
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(secretFrom(a)).toMatch(/^[A-Z2-9]{32}$/)
        expect(secretFrom(a) === secretFrom(b)).toBe(hex(a) === hex(b))
      }),
    )
    expect(() => secretFrom(new Uint8Array(19))).toThrow(RangeError)
  })
  test('is known by a fingerprint of its verifier', () => {
    const verifier = verifierOf('SECRET', 'salt', (input) => hex(input).padEnd(64, '0'))
    expect(fingerprint(verifier)).toBe('7361-6C74') // "salt"
  })
})

describe('who may submit', () => {
  const request: RequestFacts = {
    kind: 'change',
    ownerId: 'a',
    draftedBy: 'ann',
    onBehalf: false,
    groupHasContact: true,
    guarantors: ['x'],
  }
  const ann: Submitter = { userId: 'ann', firmId: 'a', isExchange: false, roles: ['requester'], contactFor: [] }
  const xan: Submitter = { ...ann, userId: 'xan', firmId: 'x', roles: ['clearing-signatory'] }

  test('a new group: a requester of its owner', () => {
    expect(maySubmit({ ...request, kind: 'new-group' }, ann)).toBeUndefined()
    expect(maySubmit({ ...request, kind: 'new-group' }, { ...ann, roles: ['viewer'] })).toMatchObject({
      needs: 'requester',
    })
    expect(maySubmit({ ...request, kind: 'new-group' }, { ...ann, firmId: 'z' })).toMatchObject({ code: 'not-found' })
  })
  test('a change: a contact of the group; a guarantor’s signatory only where no contact is left', () => {
    expect(maySubmit(request, ann)).toMatchObject({ needs: 'authorized-contact' })
    expect(maySubmit(request, { ...ann, contactFor: ['x'] })).toBeUndefined()
    expect(maySubmit(request, xan)).toMatchObject({ needs: 'authorized-contact' })
    expect(maySubmit({ ...request, groupHasContact: false }, xan)).toBeUndefined()
    expect(maySubmit({ ...request, groupHasContact: false, guarantors: [] }, xan)).toMatchObject({ code: 'not-found' })
  })
  test('nobody, where a party has nobody but the submitter to answer', () => {
    const party = { firmId: 'x', firmName: 'Xenon Clearing', capacity: 'guarantor' as const }
    expect(nobodyToDecide([{ ...party, userIds: ['xan'] }], 'ann')).toBeUndefined()
    expect(nobodyToDecide([{ ...party, userIds: ['ann'] }], 'ann')?.sentence).toBe(
      'Xenon Clearing has one signatory, and that is you.',
    )
  })

  test('a button promises what the command would do, and gives a reason where it would not', () => {
    const standing: RequestStanding = {
      ...request,
      kind: 'new-group',
      state: 'with-firms',
      round: 1,
      submittedBy: 'ann',
      parties: [{ firmId: 'x', capacity: 'guarantor', metBy: null }],
      undoBarred: undefined,
    }
    expect(nextFor(standing, xan)).toBe('party-approve')
    expect(nextFor(standing, ann)).toBeUndefined()
    const own = actionsFor({ ...standing, submittedBy: 'xan' }, xan).find((one) => one.action === 'party-approve')
    expect(own).toEqual({
      action: 'party-approve',
      may: false,
      why: 'You submitted this request; another person decides.',
    })
    expect(actionsFor(standing, { ...ann, firmId: 'z' })).toEqual([])
  })
})
