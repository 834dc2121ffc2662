import type { Tx } from '#db/client.ts'
import { findTerms } from '#db/queries/group/groups.ts'
import { findSettings } from '#db/queries/publication/publications.ts'
import { findFailOverFacts } from '#db/queries/target/fail-over.ts'
import { dictionaryXml } from '#domain/client-files/dictionary.ts'
import { dictionaryName, initiatorConfiguration } from '#domain/client-files/initiator.ts'
import type { Actor } from '#domain/people/permissions.ts'
import { environmentSettings, weekRuleOf } from '#domain/reference/settings.ts'
import { ok, type Result, refuse } from '#domain/result.ts'
import { inForce } from '#domain/session/fail-over.ts'
import { mayNot } from '#domain/target/rights.ts'
import type { Refused } from '#services/refused.ts'
import { actedOn, targetFor } from './target-act.ts'

type ClientFile = { name: string; text: string }

/**
 * A file that sets up a client on QuickFIX for one target: for those who see the target, its owner and the exchange, as
 * long as it exists. The file holds no secrets, and nothing of the connector's machine.
 */
export async function clientFile(
  tx: Tx,
  reader: Actor,
  { sessionId, file }: { sessionId: string; file: 'dictionary' | 'settings' },
  now: Date,
): Promise<Result<ClientFile, Refused>> {
  const found = await targetFor(tx, sessionId)
  if (!found.ok) return found
  const { target, group } = found.value
  const barred = mayNot('client-file', actedOn(found.value), reader)
  if (barred) return refuse(barred)
  if (file === 'dictionary') return ok({ name: dictionaryName, text: dictionaryXml() })
  const settings = environmentSettings.safeParse(await findSettings(tx, target.environment))
  if (!settings.success) return refuse({ code: 'not-found' }) // an environment that is not set up has no addresses
  const terms = await findTerms(tx, group.id, now)
  const end = {
    senderCompId: `${sessionId}N`,
    exchange: settings.data.exchange,
    protocol: terms?.protocol ?? 'classic',
    listen: target.listen.map(({ role, host, port, tls }) => ({
      role,
      host,
      port,
      tls: tls && { asksForCertificate: tls.ca !== undefined },
    })),
    inForce: inForce(await findFailOverFacts(tx, target, now)),
    week: weekRuleOf(settings.data),
  }
  return ok({ name: `initiator-${sessionId}.cfg`, text: initiatorConfiguration(end) })
}
