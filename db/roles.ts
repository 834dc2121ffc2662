import { hkdfSync } from 'node:crypto'

/**
 * The four login roles that the portal and the connector use. None is superuser, may bypass policies, or owns a table.
 */
export const roleNames = ['dc_request', 'dc_auth', 'dc_jobs', 'dc_connector'] as const
export type RoleName = (typeof roleNames)[number]

export type RolePasswords = Record<RoleName, string>
export type RoleUrls = Record<RoleName, string>

/**
 * Each role's password, derived from the installation's 32-byte master key: one key to keep and nothing else to store.
 */
export function rolePasswords(masterKey: Uint8Array): RolePasswords {
  const derive = (role: RoleName) =>
    Buffer.from(hkdfSync('sha256', masterKey, new Uint8Array(), `drop-copy database role ${role}`, 32)).toString(
      'base64url',
    )
  return byRole(derive)
}

/** Where each role connects: the owner's server and database, under its own name and password. */
export function roleUrls(ownerUrl: string, passwords: RolePasswords): RoleUrls {
  return byRole((role) => {
    const url = new URL(ownerUrl)
    url.username = role
    url.password = passwords[role]
    return url.href
  })
}

const byRole = <T>(of: (role: RoleName) => T): Record<RoleName, T> => ({
  dc_request: of('dc_request'),
  dc_auth: of('dc_auth'),
  dc_jobs: of('dc_jobs'),
  dc_connector: of('dc_connector'),
})
