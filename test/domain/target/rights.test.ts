import { describe, expect, test } from 'vitest'
import { liveCredentials } from '#domain/credential/secret.ts'
import { targetStates } from '#domain/group/states.ts'
import { permissions } from '#domain/people/permissions.ts'
import { rolesOf } from '#domain/people/roles.ts'
import {
  type ActedOn,
  hasEnded,
  mayNot,
  noRoom,
  pauserOf,
  rightOn,
  type TargetAction,
  targetActions,
} from '#domain/target/rights.ts'

const target = (more: Partial<ActedOn> = {}): ActedOn => ({
  ownerId: 'owner',
  state: 'open',
  pausedBy: null,
  pauserName: null,
  ...more,
})
const person = (firmId: string, standing: string, userId = 'me') => ({
  ...{ userId, firmId, isExchange: firmId === 'exchange', standings: [standing] },
})
const targetActionNames = Object.keys(targetActions) as TargetAction[] // the keys of a literal are its own
const operator = { operator: 'root' }
const [firmRoles, exchangeRoles] = [rolesOf(false), rolesOf(true)]

/** Everybody there can be: each role at the owner, at another firm, at the exchange, and the operator. */
const everybody = [
  ...firmRoles.flatMap((role) => [`owner ${role}`, `other ${role}`]),
  ...exchangeRoles.map((role) => `exchange ${role}`),
  'operator',
]
const by = (who: string) => {
  const [firm = '', role = ''] = who.split(' ')
  return who === 'operator' ? operator : person(firm, role)
}
const whoMay = (action: TargetAction, of: ActedOn) =>
  everybody.filter((who) => mayNot(action, of, by(who)) === undefined)

const owners = firmRoles.map((role) => `owner ${role}`)
const exchange = exchangeRoles.map((role) => `exchange ${role}`)
/** The table once more, as the rules of the portal word it: who, in which state. */
const asAgreed: Record<TargetAction, Record<'open' | 'paused' | 'closed', string[]>> = {
  pause: { open: ['owner technical-contact', 'exchange operations', 'operator'], paused: [], closed: [] },
  resume: { open: [], paused: ['exchange operations', 'operator'], closed: [] },
  'create-credential': { open: ['owner technical-contact'], paused: ['owner technical-contact'], closed: [] },
  'revoke-credential': {
    open: ['owner technical-contact', 'exchange operations'],
    paused: ['owner technical-contact', 'exchange operations'],
    closed: ['owner technical-contact', 'exchange operations'],
  },
  'fail-over': { open: ['exchange gam', 'operator'], paused: ['exchange gam', 'operator'], closed: [] },
  'client-file': { open: [...owners, ...exchange], paused: [...owners, ...exchange], closed: [] },
  command: { open: ['operator'], paused: ['operator'], closed: [] },
}

describe('the table of what may be done to a target', () => {
  test.each(targetActionNames.flatMap((action) => targetStates.map((state) => ({ action, state }))))(
    'lets exactly these do $action while it is $state',
    ({ action, state }) => {
      const of = target({ state, ...(state === 'paused' && { pausedBy: 'somebody', pauserName: 'Drew' }) })
      expect(whoMay(action, of).sort()).toEqual([...asAgreed[action][state]].sort())
    },
  )

  test('lets a technical contact of the owner resume what they paused themselves', () => {
    const paused = target({ state: 'paused', pausedBy: 'me', pauserName: 'Casey' })
    expect(whoMay('resume', paused)).toContain('owner technical-contact')
    expect(mayNot('resume', paused, person('owner', 'technical-contact', 'another'))).toEqual({
      code: 'not-allowed',
      needs: 'operations',
    })
    expect(mayNot('resume', paused, person('owner', 'viewer'))).toMatchObject({ needs: 'technical-contact' })
  })

  test('opens the pages to the roles that it names, and to no others', () => {
    const opened = {
      'target:pause': ['pause', 'resume'],
      'target:fail-over': ['fail-over'],
      'credential:create': ['create-credential'],
      'credential:revoke': ['revoke-credential'],
    } as const
    for (const [permission, actions] of Object.entries(opened))
      for (const action of actions) {
        const roles = targetActions[action].who.filter((holder) => holder !== 'operator')
        expect(Object.entries(permissions)).toContainEqual([permission, roles])
      }
  })

  test('says nothing of a target that is closed, or of a file that is not theirs, but that there is none', () => {
    for (const action of ['pause', 'create-credential', 'fail-over', 'client-file', 'command'] as const) {
      const holder = everybody.find((who) => whoMay(action, target()).includes(who)) ?? ''
      expect(mayNot(action, target({ state: 'closed' }), by(holder))).toEqual({ code: 'not-found' })
    }
    expect(mayNot('client-file', target(), person('other', 'viewer'))).toEqual({ code: 'not-found' })
  })
})

describe('what a single act asks for', () => {
  test('to pause: that nobody has, and who did is named', () => {
    const paused = target({ state: 'paused', pausedBy: 'x', pauserName: 'Drew' })
    expect(mayNot('pause', paused, operator)).toEqual({ code: 'already-paused', by: 'Drew' })
    expect(pauserOf({ ...paused, pauserName: null })).toBe('the exchange')
    expect(pauserOf({ ...paused, pausedBy: null, pauserName: null })).toBe('the operator')
    expect(pauserOf(target({ pausedBy: 'x', pauserName: 'Drew' }))).toBeUndefined()
    expect(mayNot('resume', target(), operator)).toEqual({ code: 'not-paused' })
  })

  test('to create: room, and to revoke: one that has not ended', () => {
    expect(noRoom(liveCredentials - 1)).toBeUndefined()
    expect(noRoom(liveCredentials)).toEqual({ code: 'too-many-credentials', limit: liveCredentials })
    const now = new Date('2026-06-01T12:00:00Z')
    expect(hasEnded({ revokedAt: null, expiresAt: null }, now)).toBeUndefined()
    expect(hasEnded({ revokedAt: null, expiresAt: new Date(now.getTime() + 1) }, now)).toBeUndefined()
    expect(hasEnded({ revokedAt: null, expiresAt: now }, now)).toEqual({ code: 'already-expired' })
    expect(hasEnded({ revokedAt: now, expiresAt: null }, now)).toEqual({ code: 'already-revoked' })
  })
})

describe('the reason beside a button', () => {
  test('is there exactly where the command would refuse, and says who may', () => {
    expect(rightOn('pause', undefined)).toEqual({ may: true, why: null })
    for (const action of targetActionNames)
      for (const state of targetStates)
        for (const who of everybody) {
          const refusal = mayNot(action, target({ state, pausedBy: 'x', pauserName: 'Drew' }), by(who))
          const { may, why } = rightOn(action, refusal)
          expect({ may, isSaid: why !== null && why.length > 8 }).toEqual({ may: !refusal, isSaid: !!refusal })
        }
    const paused = target({ state: 'paused', pausedBy: 'x', pauserName: 'Drew' })
    const why = rightOn('resume', mayNot('resume', paused, person('owner', 'technical-contact'))).why
    expect(why).toBe('Only the person who paused it, or operations, can resume it.')
    expect(rightOn('pause', mayNot('pause', target(), person('owner', 'viewer'))).why).toBe(targetActions.pause.words)
  })
})
