import { isIP } from 'node:net'
import type { Request } from 'express'

/**
 * From where a request came. Behind a trusted proxy it is what the proxy wrote, so undefined where that is no address.
 */
export const addressOf = ({ ip }: Request): string | undefined => (ip !== undefined && isIP(ip) > 0 ? ip : undefined)
