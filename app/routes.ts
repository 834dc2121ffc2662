import { index, type RouteConfig, route } from '@remix-run/route-config'

export default [
  index('routes/status.tsx'),
  route('sign-in', 'routes/sign-in.tsx'),
  route('sign-out', 'routes/sign-out.ts'),
  route('theme', 'routes/theme.ts'),
  route('environment', 'routes/environment.ts'),
  route('continue-as', 'routes/continue-as.ts'),
  route('invitations/:token', 'routes/invitation.tsx'),
  route('set-up/:token', 'routes/set-up.tsx'),
  route('account', 'routes/account.tsx'),

  route('groups', 'routes/groups.tsx'),
  route('groups/:groupId', 'routes/group.tsx', [
    index('routes/group.overview.tsx'),
    route('sources', 'routes/group.sources.tsx'),
    route('targets', 'routes/group.targets.tsx'),
    route('requests', 'routes/group.requests.tsx'),
    route('billing', 'routes/group.billing.tsx'),
  ]),
  route('groups/:groupId/withdraw-consent', 'routes/group.withdraw-consent.tsx'),
  route('groups/:groupId/contacts/:contactId/end', 'routes/group.end-contact.tsx'),

  route('targets/:sessionId', 'routes/target.tsx'),
  route('targets/:sessionId/create-password', 'routes/target.create-password.tsx'),
  route('targets/:sessionId/pause', 'routes/target.pause.tsx'),
  route('targets/:sessionId/resume', 'routes/target.resume.tsx'),
  route('targets/:sessionId/fail-over', 'routes/target.fail-over.tsx'),
  route('targets/:sessionId/credentials/:credentialId/revoke', 'routes/target.revoke.tsx'),

  route('requests', 'routes/requests.tsx'),
  route('requests/new', 'routes/request.new.tsx'),
  route('requests/:number', 'routes/request.tsx'),
  route('requests/:number/form/:step', 'routes/request.form.tsx'),
  route('requests/:number/decide/:verdict', 'routes/request.decide.tsx'),
  route('requests/:number/act/:act', 'routes/request.act.tsx'),
  route('requests/:number/discard', 'routes/request.discard.tsx'),
  route('requests/:number/copy', 'routes/request.copy.tsx'),

  route('sessions', 'routes/sessions.tsx'),
  route('feeds/:feedId', 'routes/feed.tsx'),
  route('settings', 'routes/settings.tsx'),
  route('administration/people', 'routes/people.tsx'),
  route('administration/people/invite', 'routes/people.invite.tsx'),
  route('administration/people/:userId/roles', 'routes/people.roles.tsx'),
  route('administration/people/:userId/disable', 'routes/people.disable.tsx'),
  route('*', 'routes/not-found.ts'),
] satisfies RouteConfig
