import type { Role } from '#domain/people/roles.ts'
import type { FieldProblem } from '#domain/request/input.ts'
import type { Moved } from '#domain/request/items.ts'
import type { Capacity, RequestState } from '#domain/request/lifecycle.ts'

/**
 * Every reason for which a command may refuse. A page has one sentence for each; `http/refusals` is exhaustive over it.
 */
export type Refused =
  /** the object does not exist, or is not theirs to see: the same answer */
  | { code: 'not-found' }
  /** `needs`: the role, or `authorized-contact`, that may */
  | { code: 'not-allowed'; needs: string }
  | { code: 'wrong-state'; state: RequestState }
  /** somebody changed the object since the page was loaded */
  | { code: 'stale'; by: string; at: string }
  | { code: 'incomplete'; problems: FieldProblem[] }
  | { code: 'own-submission' }
  | { code: 'not-a-party' }
  | { code: 'already-decided' }
  | { code: 'not-what-was-shown' }
  | { code: 'nothing-to-take-back' }
  | { code: 'reason-needed' }
  | { code: 'nobody-to-decide'; firm: string; capacity: Capacity; sentence: string }
  /** preconditions that do not hold, in words */
  | { code: 'moved'; moved: Moved[] }
  /** entered on a firm's behalf, without what the firm signed */
  | { code: 'paper-needed' }
  | { code: 'unfit-paper'; sentence: string }
  | { code: 'request-open'; number: number }
  | { code: 'no-agreement'; firm: string }
  | { code: 'group-name-taken'; name: string }
  | { code: 'group-not-open' }
  | { code: 'unknown-source'; sources: string[] }
  | { code: 'unknown-account' }
  | { code: 'over-capacity'; sentence: string }
  /** a source flows without the consent of one of its guarantors: nothing is published */
  | { code: 'uncovered'; sources: string[] }
  /** the parts do not make a configuration that a connector can run */
  | { code: 'invalid-configuration'; problems: string[] }
  | { code: 'nothing-to-withdraw' }
  | { code: 'contact-ended' }
  | { code: 'too-many-credentials'; limit: number }
  | { code: 'already-revoked' }
  | { code: 'already-expired' }
  | { code: 'already-disabled' }
  | { code: 'already-paused'; by: string }
  | { code: 'not-paused' }
  | { code: 'unfit-failover'; sentence: string }
  | { code: 'too-early'; sentence: string }
  /** outside the firm's domains, or in use already: the same answer, so that it does not tell who is known here */
  | { code: 'address-refused'; firm: string; domains: string[] }
  /** the exchange names only the first administrator of a firm */
  | { code: 'others-people'; firm: string }
  /** there is no link that waits for this person */
  | { code: 'no-link' }
  /** the person who made a link never sees its code */
  | { code: 'own-link' }
  | { code: 'domain-taken' }
  | { code: 'domain-ended' }
  | { code: 'role-conflict'; sentence: string }
  | { code: 'own-account' }
  /** requests under way that nobody of the firm could answer any more */
  | { code: 'leaves-nobody'; firm: string; numbers: number[]; roles: Role[] }
