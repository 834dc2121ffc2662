import { isIP } from 'node:net'
import type { Request } from 'express'

/**
 * The address that a request came from. Behind a trusted proxy this is what the proxy wrote; undefined when that is not
 * an address.
 */
export const addressOf = ({ ip }: Request): string | undefined => (ip !== undefined && isIP(ip) > 0 ? ip : undefined)
