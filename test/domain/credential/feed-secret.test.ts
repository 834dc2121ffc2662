import { describe, expect, test } from 'vitest'
import { feedCredentialConsequence, feedSecretFrom } from '#domain/credential/feed-secret.ts'

describe('a feed’s secret', () => {
  test('is a line that is the password as it stands, spaces included', () => {
    expect(feedSecretFrom('password', [' pass word', ''])).toEqual({
      ok: true,
      value: { kind: 'password', password: ' pass word' },
    })
    for (const lines of [[], [''], ['a', 'b'], ['ä'], ['x'.repeat(257)]])
      expect([lines, feedSecretFrom('password', lines).ok]).toEqual([lines, false])
  })

  test('is an access key id and its secret key, without the padding it may have come with', () => {
    const value = { kind: 'hmac', accessKeyId: 'KEY1', secretKey: 'AAECAwQFBgcICQoLDA0ODw' }
    expect(feedSecretFrom('hmac', ['KEY1 ', 'AAECAwQFBgcICQoLDA0ODw==', ''])).toEqual({ ok: true, value })
    for (const lines of [['KEY1'], ['', value.secretKey], ['KEY1', 'short'], ['K'.repeat(33), value.secretKey]])
      expect([lines, feedSecretFrom('hmac', lines).ok]).toEqual([lines, false])
  })

  test('is announced with what becomes of the feed', () => {
    const accepting = { name: 'gw1', mode: 'accept' } as const
    expect(feedCredentialConsequence(accepting, 'password')).toContain(
      'can log on again when it sends the new password',
    )
    expect(feedCredentialConsequence(accepting, 'none')).toContain('can log on without a credential')
    expect(feedCredentialConsequence({ ...accepting, mode: 'initiate' }, 'hmac')).toContain('We sign our Logon')
  })
})
