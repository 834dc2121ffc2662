import { messageClasses } from '#dropcopy/classify.ts'
import { messageLevels, subFilters } from '#dropcopy/eligible.ts'
import { UnknownFormatError } from '#journal/layout.ts'
import type { Control } from './control.ts'
import type { Durable, Terms } from './state.ts'

/** Refuses what another release wrote and this release would judge differently. @throws UnknownFormatError */
export function assertKnownControl(control: Control): void {
  if (control.kind === 'cut') for (const { terms } of control.targets) assertKnownTerms(terms)
  if (control.kind === 'command') control.then.forEach(assertKnownControl)
  if (control.kind === 'checkpoint') assertKnownState(control.state)
}

/** The same for the state of a head. */
export function assertKnownState({ targets }: Durable): void {
  for (const { terms, history } of Object.values(targets))
    for (const one of [terms, ...history.map((entry) => entry.terms)]) if (one) assertKnownTerms(one)
}

/**
 * How terms judge a message of this class: -1, or the index of the reason why not. A class that the terms do not know
 * was journaled by another release. @throws UnknownFormatError
 */
export function reasonOf(reasons: Int8Array, cls: number): number {
  const reason = reasons[cls]
  if (reason === undefined) throw new UnknownFormatError(`a message of class ${cls}`)
  return reason
}

/** The same check for a message that is read, whoever gets it. @throws UnknownFormatError */
export function assertKnownClass({ class: cls }: { class: number }): void {
  if (cls >= messageClasses.length) throw new UnknownFormatError(`a message of class ${cls}`)
}

function assertKnownTerms({ level, filters }: Terms): void {
  if (!messageLevels.some((one) => one === level)) throw new UnknownFormatError(`the message level "${level}"`)
  const filter = Object.keys(filters).find((name) => !Object.hasOwn(subFilters, name))
  if (filter !== undefined) throw new UnknownFormatError(`the filter "${filter}"`)
}
