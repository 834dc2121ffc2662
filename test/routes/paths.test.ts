import { expect, test } from 'vitest'
import { paths } from '#app/paths.ts'

const id = '00000000-0000-4000-8000-000000000001'

/** A function of every kind of argument, called as pages call it. */
const all = {
  status: paths.status(),
  statusEvents: paths.statusEvents(),
  signIn: paths.signIn('/groups?sort=name'),
  setUp: paths.setUp('first'),
  signOut: paths.signOut(),
  continueAs: paths.continueAs(),
  theme: paths.theme(),
  environment: paths.environment(),
  invitation: paths.invitation('a/b'),
  account: paths.account(),
  groups: paths.groups(),
  group: paths.group(id),
  groupSources: paths.groupSources(id),
  groupTargets: paths.groupTargets(id),
  groupRequests: paths.groupRequests(id),
  groupBilling: paths.groupBilling(id),
  withdrawConsent: paths.withdrawConsent(id),
  target: paths.target('ODQ1Z9'),
  targetEvents: paths.targetEvents('ODQ1Z9'),
  createPassword: paths.createPassword('ODQ1Z9'),
  revokeCredential: paths.revokeCredential('ODQ1Z9', id),
  pauseTarget: paths.pauseTarget('ODQ1Z9'),
  resumeTarget: paths.resumeTarget('ODQ1Z9'),
  requests: paths.requests(),
  newRequest: paths.newRequest(),
  newRequestFor: paths.newRequestFor(id),
  request: paths.request(7),
  requestStep: paths.requestStep(7, 'review'),
  decideRequest: paths.decideRequest(7, 'approve'),
  requestAct: paths.requestAct(7, 'take-back'),
  discardRequest: paths.discardRequest(7),
  copyRequest: paths.copyRequest(7),
  sessions: paths.sessions(),
  people: paths.people(),
  invite: paths.invite(),
  disablePerson: paths.disablePerson(id),
}

test('every path is in the snapshot', () => expect(Object.keys(all).sort()).toEqual(Object.keys(paths).sort()))

test('addresses do not move unseen: bookmarks, mails and paper name them', () => {
  expect(all).toMatchInlineSnapshot(`
    {
      "account": "/account",
      "continueAs": "/continue-as",
      "copyRequest": "/requests/7/copy",
      "createPassword": "/targets/ODQ1Z9/create-password",
      "decideRequest": "/requests/7/decide/approve",
      "disablePerson": "/administration/people/00000000-0000-4000-8000-000000000001/disable",
      "discardRequest": "/requests/7/discard",
      "environment": "/environment",
      "group": "/groups/00000000-0000-4000-8000-000000000001",
      "groupBilling": "/groups/00000000-0000-4000-8000-000000000001/billing",
      "groupRequests": "/groups/00000000-0000-4000-8000-000000000001/requests",
      "groupSources": "/groups/00000000-0000-4000-8000-000000000001/sources",
      "groupTargets": "/groups/00000000-0000-4000-8000-000000000001/targets",
      "groups": "/groups",
      "invitation": "/invitations/a%2Fb",
      "invite": "/administration/people/invite",
      "newRequest": "/requests/new",
      "newRequestFor": "/requests/new?group=00000000-0000-4000-8000-000000000001",
      "pauseTarget": "/targets/ODQ1Z9/pause",
      "people": "/administration/people",
      "request": "/requests/7",
      "requestAct": "/requests/7/act/take-back",
      "requestStep": "/requests/7/form/review",
      "requests": "/requests",
      "resumeTarget": "/targets/ODQ1Z9/resume",
      "revokeCredential": "/targets/ODQ1Z9/credentials/00000000-0000-4000-8000-000000000001/revoke",
      "sessions": "/sessions",
      "setUp": "/set-up/first",
      "signIn": "/sign-in?next=%2Fgroups%3Fsort%3Dname",
      "signOut": "/sign-out",
      "status": "/",
      "statusEvents": "/events/status",
      "target": "/targets/ODQ1Z9",
      "targetEvents": "/events/targets/ODQ1Z9",
      "theme": "/theme",
      "withdrawConsent": "/groups/00000000-0000-4000-8000-000000000001/withdraw-consent",
    }
  `)
})
