import type { DecisionVerdict } from '#domain/request/lifecycle.ts'
import type { StepId } from '#domain/request/steps.ts'

/** What a client on QuickFIX is set up with: the data dictionary, and the settings. */
type ClientFile = 'dictionary' | 'settings'

/** What is done to a request on a page of its own, with a reason. */
export type RequestAct = 'take-back' | 'withdraw' | 'undo'

const part = encodeURIComponent

/** Every URL of the portal. Pages link by these alone, so that a moved page is found by the compiler. */
export const paths = {
  status: () => '/',
  statusEvents: () => '/events/status',
  signIn: (next?: string) => (next && next !== '/' ? `/sign-in?next=${part(next)}` : '/sign-in'),
  signOut: () => '/sign-out',
  continueAs: () => '/continue-as',
  theme: () => '/theme',
  environment: () => '/environment',
  invitation: (token: string) => `/invitations/${part(token)}`,
  setUp: (token: string) => `/set-up/${part(token)}`,
  account: () => '/account',
  columns: () => '/columns',
  search: (q?: string) => (q ? `/search?q=${part(q)}` : '/search'),
  searchAnswers: (q: string) => `/search.json?q=${part(q)}`,
  groups: () => '/groups',
  group: (groupId: string) => `/groups/${part(groupId)}`,
  groupEvents: (groupId: string) => `/events/groups/${part(groupId)}`,
  groupSources: (groupId: string) => `/groups/${part(groupId)}/sources`,
  groupTargets: (groupId: string) => `/groups/${part(groupId)}/targets`,
  groupRequests: (groupId: string) => `/groups/${part(groupId)}/requests`,
  groupHistory: (groupId: string) => `/groups/${part(groupId)}/history`,
  groupBilling: (groupId: string) => `/groups/${part(groupId)}/billing`,
  withdrawConsent: (groupId: string) => `/groups/${part(groupId)}/withdraw-consent`,
  endContact: (groupId: string, contactId: string) => `/groups/${part(groupId)}/contacts/${part(contactId)}/end`,
  target: (sessionId: string) => `/targets/${part(sessionId)}`,
  targetEvents: (sessionId: string) => `/events/targets/${part(sessionId)}`,
  createPassword: (sessionId: string) => `/targets/${part(sessionId)}/create-password`,
  revokeCredential: (sessionId: string, credentialId: string) =>
    `/targets/${part(sessionId)}/credentials/${part(credentialId)}/revoke`,
  pauseTarget: (sessionId: string) => `/targets/${part(sessionId)}/pause`,
  resumeTarget: (sessionId: string) => `/targets/${part(sessionId)}/resume`,
  failOverTarget: (sessionId: string) => `/targets/${part(sessionId)}/fail-over`,
  quickfixFile: (sessionId: string, file: ClientFile) => `/targets/${part(sessionId)}/quickfix/${file}`,
  requests: () => '/requests',
  requestsCsv: () => '/requests.csv',
  requestsEvents: (search: string) => `/events/requests${search}`,
  newRequest: () => '/requests/new',
  newRequestFor: (groupId: string) => `/requests/new?group=${part(groupId)}`,
  request: (number: number) => `/requests/${number}`,
  requestEvents: (number: number) => `/events/requests/${number}`,
  requestStep: (number: number, step: StepId) => `/requests/${number}/form/${step}`,
  requestPaper: (number: number) => `/requests/${number}/paper`,
  requestPaperFile: (number: number, paperId: string) => `/requests/${number}/paper/${part(paperId)}`,
  decideRequest: (number: number, verdict: DecisionVerdict) => `/requests/${number}/decide/${verdict}`,
  requestAct: (number: number, act: RequestAct) => `/requests/${number}/act/${act}`,
  discardRequest: (number: number) => `/requests/${number}/discard`,
  copyRequest: (number: number) => `/requests/${number}/copy`,
  sessions: () => '/sessions',
  source: (name: string) => `/sessions/${part(name)}`,
  feed: (feedId: string) => `/feeds/${part(feedId)}`,
  feedReset: (feedId: string) => `/feeds/${part(feedId)}/reset`,
  feedEvents: (feedId: string) => `/events/feeds/${part(feedId)}`,
  settings: () => '/settings',
  people: () => '/administration/people',
  peopleCsv: () => '/administration/people.csv',
  invite: () => '/administration/people/invite',
  inviteInto: (firmId: string) => `/administration/people/invite?firm=${part(firmId)}`,
  renewLink: (userId: string) => `/administration/people/${part(userId)}/link`,
  passCode: (userId: string) => `/administration/people/${part(userId)}/code`,
  changeRoles: (userId: string) => `/administration/people/${part(userId)}/roles`,
  disablePerson: (userId: string) => `/administration/people/${part(userId)}/disable`,
  firms: () => '/administration/firms',
  firmsCsv: () => '/administration/firms.csv',
  firm: (firmId: string) => `/administration/firms/${part(firmId)}`,
  endDomain: (firmId: string, domainId: string) =>
    `/administration/firms/${part(firmId)}/domains/${part(domainId)}/end`,
} as const
