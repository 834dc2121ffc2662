import type { Random } from '#gateway-sim/random.ts'
import type { Text } from './acts.ts'
import { several, some } from './draw.ts'
import type { Contact, Level, Request, Who } from './facts.ts'
import type { Model } from './model.ts'
import { accounts, clearingFirms, type FirmKey, sources } from './world.ts'

/** Whether the draft has nothing yet that could be submitted. */
export function isUnwritten({ wish }: Request): boolean {
  switch (wish.kind) {
    case 'new-group':
      return wish.account === null || wish.level === null || wish.contacts === null
    case 'change':
      return (
        wish.add.length + wish.remove.length + wish.contacts.length === 0 &&
        wish.level === null &&
        wish.rejects === null
      )
    case 'close':
      return false
  }
}

const level = (random: Random): Level => random.pick(['executions', 'executions', 'all', 'all', 'acknowledgments'])

/** What to write next into a draft. */
export function text(random: Random, model: Model, draft: Request): Text {
  const { wish, owner } = draft
  if (wish.kind === 'close') return { step: 'close' }
  if (wish.kind === 'change') return change(random, model, draft)
  const missing = [
    ...(wish.account === null ? ['group' as const] : []),
    ...(wish.level === null ? ['sources' as const] : []),
    ...(wish.contacts === null ? ['people' as const] : []),
  ]
  switch (missing.length > 0 ? missing[0] : random.pick(['group', 'sources', 'people'] as const)) {
    case 'group': {
      const account = some(random, Object.keys(accounts), (key) => accounts[key]?.owner === owner) ?? 'alder-own'
      return { step: 'group', name: `Desk ${random.between(1, 400)}`, account }
    }
    case 'people':
      return { step: 'people', contacts: contacts(random, model, owner, wish.sources) }
    default:
      return { step: 'sources', sources: several(random, wished(random, owner), 3), level: level(random) }
  }
}

/** Mostly sessions that the owner holds, sometimes others. */
const wished = (random: Random, owner: FirmKey) =>
  Object.keys(sources).filter((name) => sources[name]?.holder === owner || random.below(100) < 20)

function change(random: Random, model: Model, { owner, group: label }: Request): Text {
  const now = label === null ? undefined : model.groups.get(label)
  const present = [...(now?.sources ?? [])]
  const wish = { kind: 'change' as const, add: [] as string[], remove: [] as { source: string; revoked: boolean }[] }
  const rest = { level: null as Level | null, rejects: null as boolean | null, contacts: [] as Contact[] }
  for (const what of several(random, ['add', 'add', 'remove', 'level', 'contacts', 'rejects'] as const, 2)) {
    if (what === 'add') {
      const absent = wished(random, owner).filter((name) => !present.includes(name))
      const back = absent.filter((name) => now?.revoked.has(name))
      wish.add = several(random, back.length > 0 && random.below(2) === 0 ? back : absent, 2)
    }
    if (what === 'remove' && present.length > 0)
      wish.remove = several(random, present, 1).map((source) => ({ source, revoked: random.below(2) === 0 }))
    if (what === 'level') rest.level = level(random)
    if (what === 'rejects') rest.rejects = random.below(2) === 0
    if (what === 'contacts') rest.contacts = contacts(random, model, owner, [...present, ...wish.add])
  }
  return { step: 'change', wish: { ...wish, ...rest } }
}

/**
 * People for firms that guarantee one of the sources: mostly people of the owner, sometimes of that firm, sometimes of
 * neither.
 */
function contacts(random: Random, model: Model, owner: FirmKey, names: readonly string[]): Contact[] {
  const firms = clearingFirms.filter((firm) => names.some((name) => model.guarantors.get(name)?.has(firm)))
  const chosen = several(random, firms, 2).map((firm) => {
    const from = random.below(100)
    const isFit = (who: Who) => model.firmOf(who) === (from < 75 ? owner : firm)
    const everybody = [...model.people.keys()]
    return { who: random.pick(from < 90 ? everybody.filter(isFit) : everybody), firm }
  })
  return chosen
}
