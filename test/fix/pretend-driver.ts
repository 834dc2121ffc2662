import { encodeDraft } from '#fix/drafts.ts'
import { type PolicyChoice, resolvePolicy } from '#fix/policy.ts'
import { createSession } from '#fix/session.ts'
import type { Effect, Input, Session, SessionConfig } from '#fix/session-state.ts'
import { step } from '#fix/step.ts'
import { decoded, readable } from './samples.ts'

/** 2024-03-04 13:00:00 UTC: when every test begins. */
export const startMs = Date.UTC(2024, 2, 4, 13)

/** Two ends of the sample session ODQ1Z9N: the exchange as acceptor, the client as initiator. */
export function acceptor(policy: PolicyChoice = 'cme', more: Partial<SessionConfig> = {}): SessionConfig {
  const identity = { layout: 'classic-server', senderCompId: 'CME', senderSubId: 'G', targetCompId: 'ODQ1Z9N' } as const
  return { role: 'acceptor', policy: resolvePolicy(policy), heartbeatS: 30, identity, ...more }
}

export function initiator(policy: PolicyChoice = 'cme', more: Partial<SessionConfig> = {}): SessionConfig {
  const identity = {
    layout: 'client',
    senderCompId: 'ODQ1Z9N',
    senderSubId: 'RISK01',
    senderLocationId: 'US,IL',
    targetCompId: 'CME',
    targetSubId: 'G',
    possDupN: true,
  } as const
  const credentials = { kind: 'password', password: 'DUMMYPWD' } as const
  return { role: 'initiator', policy: resolvePolicy(policy), heartbeatS: 30, identity, credentials, ...more }
}

/** Drives one session: keeps the session, the clock and what the effects say, as a driver would. */
export class PretendDriver {
  session: Session
  nowMs = startMs
  /** What SendingTime(52) is measured by, as milliseconds from now; undefined: now alone. */
  clocks: readonly number[] | undefined
  /** Answer `verify` at once with this; undefined: leave it open. */
  verdict: boolean | undefined = true

  constructor(config: SessionConfig, numbers = { nextIn: 1, nextOut: 1 }) {
    this.session = createSession(config, numbers)
  }

  do(input: Input extends infer T ? (T extends unknown ? Omit<T, 'nowMs' | 'clocksMs'> : never) : never): Effect[] {
    const { nowMs, clocks } = this
    const clocksMs = clocks?.map((offMs) => nowMs + offMs)
    // the union put together again
    const result = step(this.session, { ...input, nowMs, ...(clocksMs && { clocksMs }) } as Input)
    this.session = result.session
    const { effects } = result
    const asked = effects.some((effect) => effect.type === 'verify')
    return asked && this.verdict !== undefined
      ? [...effects, ...this.do({ type: 'verified', ok: this.verdict })]
      : effects
  }

  receive(frame: Buffer): Effect[] {
    return this.do({ type: 'message', message: decoded(frame) })
  }

  frame(effect: Effect): Buffer {
    if (effect.type !== 'transmit') throw new Error(`no frame: ${effect.type}`)
    return encodeDraft(this.session, effect.seqNum, effect.draft, this.nowMs)
  }

  /** The frames among these effects, readable. */
  sent(effects: readonly Effect[]): string[] {
    return effects.filter((effect) => effect.type === 'transmit').map((effect) => readable(this.frame(effect)))
  }
}
