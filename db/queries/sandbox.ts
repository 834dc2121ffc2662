import type { Tx } from '../client.ts'

/** One of the people that the sandbox offers for a click, with what waits for them. */
export type SandboxPerson = {
  userId: string
  name: string
  email: string
  firmName: string
  roles: string[]
  waiting: number
  /** "2 requests to sign" */
  waitingText: string
}

/** A step of the strip: `at` is what its button opens, `asUserId` who opens it. */
export type SandboxStep = {
  id: 'submit' | 'sign-first' | 'sign-second' | 'approve' | 'create-password' | 'connect'
  title: string
  isDone: boolean
  isNext: boolean
  asUserId: string
  asName: string
  at: { page: 'draft' | 'request'; number: number } | { page: 'target' | 'credential'; sessionId: string } | null
}

/** For the sign-in page and "Continue as …": over `asJobs`, since nobody is signed in yet. */
export async function listSandboxPeople(_tx: Tx, _now: Date): Promise<SandboxPerson[]> {
  throw new Error('unreachable: being written')
}

/** The six steps from draft to copies, ticked from real state; over `asJobs`. Undefined when this is no seeded sandbox. */
export async function findSandboxSteps(_tx: Tx, _now: Date): Promise<SandboxStep[] | undefined> {
  throw new Error('unreachable: being written')
}
