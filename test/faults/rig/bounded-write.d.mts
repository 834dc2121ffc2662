export function usedBytes(dir: string): number
