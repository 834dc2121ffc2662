import type { DraftDocument } from '#domain/request/document.ts'
import type { RequestKind } from '#domain/request/lifecycle.ts'
import { type StepId, steps } from '#domain/request/steps.ts'

type Step = { id: StepId; title: string }

/** The steps a request is written in: Schedule 12 in four, a change or a close in two. */
export function stepsOf(kind: RequestKind): readonly Step[] {
  switch (kind) {
    case 'new-group':
      return steps
    case 'change':
      return [
        { id: 'sources', title: 'What is to change' },
        { id: 'review', title: 'Review and sign' },
      ]
    case 'close':
      return [
        { id: 'group', title: 'Why it closes' },
        { id: 'review', title: 'Review and sign' },
      ]
  }
}

export const firstStep = (kind: RequestKind): StepId => stepsOf(kind)[0]?.id ?? 'group'

/** The step after this one; the review is the last. */
export function nextStep(kind: RequestKind, step: StepId): StepId {
  const all = stepsOf(kind)
  return all[all.findIndex(({ id }) => id === step) + 1]?.id ?? 'review'
}

/** The step where a problem of the document can be fixed: its own step, or the only one of this kind of request. */
export const stepOfProblem = (kind: RequestKind, step: StepId): StepId =>
  stepsOf(kind).some(({ id }) => id === step) ? step : firstStep(kind)

/** The group that a draft is about: the existing one, or the name that it proposes; empty while there is none. */
export const groupNameOf = (draft: { groupName: string | null; document: DraftDocument }): string =>
  draft.document.kind === 'new-group' ? draft.document.groupName : (draft.groupName ?? '')
