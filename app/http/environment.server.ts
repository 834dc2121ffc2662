import type { Environment } from './context.ts'

/**
 * The environment a person has chosen in the top bar: a cookie, so that all
 * pages agree. Anything else in it is ignored.
 */
export function environmentOf(
  cookieHeader: string | undefined,
  environments: readonly Environment[],
  port: number,
): Environment {
  const chosen = new RegExp(`(?:^|;\\s*)drop_copy_environment_${port}=([a-z]+)`).exec(cookieHeader ?? '')?.[1]
  const [first = 'production'] = environments
  return environments.find((environment) => environment === chosen) ?? first
}

/** `Set-Cookie` value that chooses one; undefined when this installation does not have it. */
export function environmentCookie(
  environment: string,
  environments: readonly Environment[],
  port: number,
  secure: boolean,
): string | undefined {
  if (!environments.some((known) => known === environment)) return undefined
  return `drop_copy_environment_${port}=${environment}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
}
