import type { Lane } from '#connector/wire/lanes.ts'
import { targetPolicy } from '#connector/wire/policy.ts'
import type { Exchange } from '#domain/configuration/snapshot.ts'
import type { SessionConfig } from '#fix/session-state.ts'

/** How a target's session introduces itself and what it demands. */
export const targetSession = (exchange: Exchange, target: Lane): SessionConfig => ({
  role: 'acceptor',
  policy: targetPolicy(target.policy),
  identity: {
    layout: target.protocol === 'dc4' ? 'dc4-server' : 'classic-server',
    senderCompId: exchange.compId,
    senderSubId: target.segment ?? exchange.subId, // what a client sends as its 57
    targetCompId: `${target.sessionId}N`,
  },
  heartbeatS: 30,
})
