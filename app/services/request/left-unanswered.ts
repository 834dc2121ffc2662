import { asSystem, type Tx } from '#db/client.ts'
import { listHolders } from '#db/queries/people/firms.ts'
import { listOpenParties } from '#db/queries/request/parties.ts'
import type { Role } from '#domain/people/roles.ts'
import { mayNotDecide, roleOfCapacity } from '#domain/request/decide.ts'

type LeftUnanswered = { numbers: number[]; roles: Role[] }

/**
 * Requests under way that nobody of the person's firm could answer once these roles of the person are gone. Asked
 * before the roles end; undefined: every request keeps somebody.
 */
export function leftUnanswered(
  tx: Tx,
  user: { id: string; firmId: string },
  ending: readonly Role[],
  now: Date,
): Promise<LeftUnanswered | undefined> {
  return asSystem(tx, async () => {
    const parties = await listOpenParties(tx, user.firmId)
    const left = { numbers: new Set<number>(), roles: new Set<Role>() }
    for (const role of ending) {
      const concerned = parties.filter((party) => roleOfCapacity(party.capacity) === role)
      if (concerned.length === 0) continue
      const holders = await listHolders(tx, [user.firmId], role, now)
      for (const party of concerned) {
        const could = holders.filter(
          ({ userId, firmId }) => !mayNotDecide(party, party, { userId, firmId, roles: [role] }),
        )
        if (could.length !== 1 || could[0]?.userId !== user.id) continue
        left.numbers.add(party.number)
        left.roles.add(role)
      }
    }
    return left.numbers.size > 0
      ? { numbers: [...left.numbers].sort((a, b) => a - b), roles: [...left.roles] }
      : undefined
  })
}
