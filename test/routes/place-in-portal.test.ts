import { describe, expect, test } from 'vitest'
import { placeInPortal, readTheme, themeCookie } from '#app/routes/account/theme.server.ts'

describe('the place one comes back to', () => {
  test('is any page of this portal', () => {
    for (const place of ['/', '/groups', '/requests/7/form/review?check', '/groups?sort=name&dir=desc'])
      expect(placeInPortal(place)).toBe(place)
  })

  test('is never another site, however it is written', () => {
    const elsewhere = [
      'https://evil.example',
      '//evil.example',
      '/\\evil.example',
      '\\/evil',
      'javascript:alert(1)',
      'groups',
    ]
    for (const place of [
      ...elsewhere,
      '',
      null,
      undefined,
      7,
      '/with blank',
      `/${'x'.repeat(501)}`,
      '/line\nend',
      '/nul\0',
      '/é',
    ])
      expect(placeInPortal(place)).toBe('/')
  })
})

describe('the theme', () => {
  const asked = (cookie: string) => readTheme(new Request('http://portal', { headers: { Cookie: cookie } }))

  test('is read from its own cookie, and the system’s when there is none of ours', () => {
    expect(asked('theme=dark')).toBe('dark')
    expect(asked('a=1; theme=light; b=2')).toBe('light')
    for (const cookie of ['', 'theme=pink', 'mytheme=dark', 'theme=']) expect(asked(cookie)).toBe('system')
  })

  test('sets no cookie for a theme that does not exist', () => {
    expect(themeCookie('dark')).toMatch(/^theme=dark; Path=\/; Max-Age=\d+; SameSite=Lax$/)
    expect(themeCookie('dark; Domain=evil.example')).toBeUndefined()
  })
})
