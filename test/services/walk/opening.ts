import type { Act, Text } from './acts.ts'
import type { Contact } from './facts.ts'

/*
 * The beginning of every walk: two live groups, some of whose sources have two guarantors, and a request for a third
 * group, which another firm is to pay. The services make all of this as usual, so the model knows it in the usual way.
 */
const saved = (by: string, request: string, ...texts: Text[]): Act[] =>
  texts.map((text) => ({ kind: 'save', by, request, text }))

type Wanted = {
  by: string
  name: string
  account: string
  sources: string[]
  level: 'executions' | 'all'
  contacts: Contact[]
}

const asked = (label: string, { by, name, account, sources, level, contacts }: Wanted): Act[] => {
  return [
    { kind: 'start', by, request: label, what: 'new-group' },
    ...saved(
      by,
      label,
      { step: 'group', name, account },
      { step: 'sources', sources, level },
      { step: 'people', contacts },
    ),
    { kind: 'submit', by, request: label },
  ]
}

const live = (label: string, wanted: Wanted): Act[] => {
  const approve = (who: string, capacity: 'guarantor' | 'exchange'): Act => {
    return { kind: 'decide', by: who, request: label, capacity, verdict: 'approve', shown: 'present' }
  }
  return [
    ...asked(label, wanted),
    approve('xan', 'guarantor'),
    approve('bailey', 'guarantor'),
    approve('harper', 'exchange'),
    { kind: 'connector reports', state: 'running' },
  ]
}

export const opening: readonly Act[] = [
  ...live('desk', {
    by: 'avery',
    name: 'Alder desk',
    account: 'alder-own',
    sources: ['K7T882', 'M3P882', 'V8N882'],
    level: 'executions',
    contacts: [
      { who: 'avery', firm: 'xenon' },
      { who: 'avery', firm: 'birch' },
      { who: 'ada', firm: 'xenon' },
    ],
  }),
  ...live('risk', {
    by: 'casey',
    name: 'Cedar risk',
    account: 'cedar-own',
    sources: ['S2D914', 'T9F914'],
    level: 'all',
    contacts: [
      { who: 'casey', firm: 'xenon' },
      { who: 'casey', firm: 'birch' },
    ],
  }),
  ...asked('shared', {
    by: 'avery',
    name: 'Alder shared',
    account: 'alder-by-cedar',
    sources: ['Q1A882'],
    level: 'all',
    contacts: [{ who: 'ada', firm: 'xenon' }],
  }),
  { kind: 'create credential', by: 'alex', group: 'g:desk', target: 0, credential: 'first' },
]
