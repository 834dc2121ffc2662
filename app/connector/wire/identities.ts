import type { SnapshotFeed } from '#domain/configuration/snapshot.ts'
import { type Address, addressKey, feedAddresses } from './address.ts'
import { isAllowed } from './allowed.ts'
import type { Lane } from './lanes.ts'
import { targetPolicy } from './policy.ts'

/** The feeds and targets that a first message may name at one listener. */
type Here<F, T> = {
  /** By 49 and 56. */
  feeds: Map<string, F>
  /** By 49, the first feed of each: for a peer whose 56 is not ours. */
  bySender: Map<string, F>
  /** The sessions of each target, by its session id. */
  targets: Map<string, T[]>
  /**
   * A first message that names nobody known gets no answer; its connection stays until its budget or time is used up.
   */
  ignores: boolean
  /** Some session's rules here answer a first message that is no Logon. */
  answers: boolean
}

/** Whom a message names: one that lets this address in, one that does not, or nobody known. */
type Named<F, T> =
  | { kind: 'feed'; feed: F; isAllowed: boolean }
  | { kind: 'target'; target: T; isAllowed: boolean }
  | { kind: 'nobody'; here: 'feed' | 'target'; sameSender: F | undefined; isIgnored: boolean }

const sessionIdLength = 6

/**
 * Who listens where, by the names in a first message. A look-up costs the same for any number of feeds and targets:
 * strangers can ask as often as they like. Made once for what runs; make another when feeds or targets change.
 */
export class Identities<F extends { config: SnapshotFeed }, T extends { config: Lane }> {
  private readonly listeners = new Map<string, Here<F, T>>()

  constructor(feeds: Iterable<F>, targets: Iterable<T>) {
    for (const feed of feeds) if (feed.config.mode === 'accept') this.addFeed(feed, feed.config)
    for (const target of targets) this.addTarget(target, target.config)
  }

  find(listener: string, sender: string, receiver: string, segment: string | undefined, address: string): Named<F, T> {
    const here = this.listeners.get(listener)
    const feed = here?.feeds.get(feedKey(sender, receiver))
    if (feed) return { kind: 'feed', feed, isAllowed: isAllowed(feed.config.allowFrom, address) }
    const named =
      sender.length === sessionIdLength + 1 ? here?.targets.get(sender.slice(0, sessionIdLength)) : undefined
    // segments that share an address are told apart by their 57
    const target = named?.find(({ config }) => config.segment === segment) ?? named?.[0]
    if (target) return { kind: 'target', target, isAllowed: isAllowed(target.config.allowFrom, address) }
    const sameSender = here?.bySender.get(sender)
    const isIgnored = here?.ignores === true
    return { kind: 'nobody', here: sameSender ? 'feed' : this.kindOf(listener), sameSender, isIgnored }
  }

  /** Which kind of session uses the listener, for reports about strangers. */
  kindOf(listener: string): 'feed' | 'target' {
    return this.listeners.get(listener)?.targets.size ? 'target' : 'feed'
  }

  /** Whether some session here answers a first message that is no Logon. */
  isAnswered(listener: string): boolean {
    return this.listeners.get(listener)?.answers === true
  }

  private addFeed(feed: F, config: SnapshotFeed): void {
    for (const address of feedAddresses(config)) {
      const { feeds, bySender } = this.at(address)
      const key = feedKey(config.theirCompId, config.ourCompId)
      if (!feeds.has(key)) feeds.set(key, feed)
      if (!bySender.has(config.theirCompId)) bySender.set(config.theirCompId, feed)
    }
  }

  private addTarget(target: T, { listen, sessionId, policy }: Lane): void {
    const { wrongCompId, noLogonFirst } = targetPolicy(policy)
    for (const address of listen) {
      const here = this.at(address)
      const sessions = here.targets.get(sessionId) ?? []
      here.targets.set(sessionId, sessions)
      if (!sessions.includes(target)) sessions.push(target)
      here.ignores ||= wrongCompId === 'ignore'
      here.answers ||= noLogonFirst === 'logout'
    }
  }

  private at(address: Address): Here<F, T> {
    const key = addressKey(address)
    const here = this.listeners.get(key) ?? {
      feeds: new Map(),
      bySender: new Map(),
      targets: new Map(),
      ignores: false,
      answers: false,
    }
    this.listeners.set(key, here)
    return here
  }
}

/** No field value contains a SOH. */
const feedKey = (sender: string, receiver: string): string => `${sender}\x01${receiver}`
