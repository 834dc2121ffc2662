export const environments = ['production', 'certification', 'sandbox'] as const
export type Environment = (typeof environments)[number]

export const environmentNames: Record<Environment, string> = {
  production: 'Production',
  certification: 'Certification',
  sandbox: 'Sandbox',
}

export const gatewayKinds = ['cgw', 'msgw'] as const
export type GatewayKind = (typeof gatewayKinds)[number]

export const gatewayNames: Record<GatewayKind, string> = {
  cgw: 'Convenience gateway',
  msgw: 'Market segment gateway',
}
