import type { Theme } from '#app/components/person-menu.tsx'

const themes: readonly Theme[] = ['system', 'light', 'dark']
const year = 365 * 24 * 60 * 60

/** The theme a person chose on this browser; the system's when they chose none. */
export function readTheme(request: Request): Theme {
  const cookie = /(?:^|;\s*)theme=(\w+)/.exec(request.headers.get('Cookie') ?? '')?.[1]
  return themes.find((theme) => theme === cookie) ?? 'system'
}

/** `Set-Cookie` for a theme, or undefined when there is no such theme. */
export function themeCookie(theme: string): string | undefined {
  return themes.some((known) => known === theme) ? `theme=${theme}; Path=/; Max-Age=${year}; SameSite=Lax` : undefined
}

/**
 * A path in this portal to return to, safe in a header. Anything else, above all another site's address, becomes the
 * status page.
 */
export function placeInPortal(back: unknown): string {
  return typeof back === 'string' && /^\/(?![/\\])[\x21-\x7e]{0,500}$/.test(back) ? back : '/'
}
