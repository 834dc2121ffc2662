import { index, type RouteConfig, route } from '@remix-run/route-config'

export default [
  index('routes/status.tsx'),
  route('sign-in', 'routes/sign-in.tsx'),
  route('sign-out', 'routes/sign-out.ts'),
  route('theme', 'routes/theme.ts'),
  route('continue-as', 'routes/continue-as.ts'),
  route('invitations/:token', 'routes/invitation.tsx'),
  route('account', 'routes/account.tsx'),
  route('*', 'routes/not-found.ts'),
] satisfies RouteConfig
