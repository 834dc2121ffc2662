/** How much of anything a request may hold. The source limit is that of one convenience-gateway target (spec §1). */
export const limits = {
  sources: 1000,
  contacts: 20,
  addresses: 40,
  name: 60,
  line: 120,
  text: 2000,
  reason: 1000,
} as const

/** The four steps of the form, in order; its sections have names, not letters. */
export const steps = [
  { id: 'group', title: 'Group and billing' },
  { id: 'sources', title: 'Sources and messages' },
  { id: 'people', title: 'People and connection' },
  { id: 'review', title: 'Review and sign' },
] as const
export type StepId = (typeof steps)[number]['id']

export const isStep = (word: string): word is StepId => steps.some((step) => step.id === word)
