/** The steps of a request form, in the order they are shown; also the last part of their URLs. */
export const formSteps = ['group', 'sources', 'people', 'review'] as const
export type FormStep = (typeof formSteps)[number]

/** What a party or the exchange may decide on a request; each has a page of its own. */
export type RequestActPage = 'approve' | 'return' | 'reject' | 'take-back' | 'withdraw' | 'discard' | 'undo' | 'copy'

const part = encodeURIComponent

/** Every URL of the portal. Pages link by these alone, so that a moved page is found by the compiler. */
export const paths = {
  status: () => '/',
  statusEvents: () => '/events/status',
  signIn: (next?: string) => (next && next !== '/' ? `/sign-in?next=${part(next)}` : '/sign-in'),
  signOut: () => '/sign-out',
  continueAs: () => '/continue-as',
  theme: () => '/theme',
  invitation: (token: string) => `/invitations/${part(token)}`,
  account: () => '/account',
  groups: () => '/groups',
  group: (groupId: string) => `/groups/${part(groupId)}`,
  groupSources: (groupId: string) => `/groups/${part(groupId)}/sources`,
  groupTargets: (groupId: string) => `/groups/${part(groupId)}/targets`,
  groupRequests: (groupId: string) => `/groups/${part(groupId)}/requests`,
  groupBilling: (groupId: string) => `/groups/${part(groupId)}/billing`,
  withdrawConsent: (groupId: string) => `/groups/${part(groupId)}/withdraw-consent`,
  target: (sessionId: string) => `/targets/${part(sessionId)}`,
  targetEvents: (sessionId: string) => `/events/targets/${part(sessionId)}`,
  createPassword: (sessionId: string) => `/targets/${part(sessionId)}/create-password`,
  revokeCredential: (sessionId: string, credentialId: string) =>
    `/targets/${part(sessionId)}/credentials/${part(credentialId)}/revoke`,
  pauseTarget: (sessionId: string) => `/targets/${part(sessionId)}/pause`,
  resumeTarget: (sessionId: string) => `/targets/${part(sessionId)}/resume`,
  requests: () => '/requests',
  newRequest: () => '/requests/new',
  request: (number: number) => `/requests/${number}`,
  requestStep: (number: number, step: FormStep) => `/requests/${number}/form/${step}`,
  requestAct: (number: number, act: RequestActPage) => `/requests/${number}/${act}`,
  sessions: () => '/sessions',
  people: () => '/administration/people',
  invite: () => '/administration/people/invite',
  disablePerson: (userId: string) => `/administration/people/${part(userId)}/disable`,
} as const
