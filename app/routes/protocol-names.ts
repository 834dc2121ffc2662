/** Delivery protocols as screens name them. */
export const protocolNames: Record<string, string> = { classic: 'Classic drop copy', dc4: 'Drop Copy 4.0' }
