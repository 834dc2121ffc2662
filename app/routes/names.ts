import { type GatewayKind, gatewayKinds, gatewayNames } from '#domain/reference/environment.ts'

/** Delivery protocols as screens name them. */
export const protocolNames: Record<string, string> = { classic: 'Classic drop copy', dc4: 'Drop Copy 4.0' }

/** What a client of the protocol logs on with. */
export const credentialName = (protocol: string): 'password' | 'access key' =>
  protocol === 'dc4' ? 'access key' : 'password'

/** What a downloaded secret key is called. */
export const keyFile = (accessKeyId: string): string => `${accessKeyId}.key`

const isGatewayKind = (word: string): word is GatewayKind => gatewayKinds.some((kind) => kind === word)

/** A kind of gateway as screens name it; an unknown kind is shown unchanged. */
export const gatewayName = (kind: string): string => (isGatewayKind(kind) ? gatewayNames[kind] : kind)

/**
 * Messages kept aside before their source was known stay aside, so the count alone does not show that something is
 * wrong now.
 */
export function whyAside({ name, known, isSession }: { name: string; known: boolean; isSession: boolean }): string {
  if (known) return 'Known. They came before it was, over another feed, or with other bytes under a known number'
  if (!isSession) return 'No source session has this name'
  return name.includes('/')
    ? 'Its source session has no such market segment'
    : 'A source session, which was not published when they came'
}
