/** Writes a part at `at`; answers where it ends. */
export function put(out: Uint8Array, at: number, part: Uint8Array): number {
  for (let i = 0; i < part.length; i++) out[at + i] = part[i]! // inside by the loop
  return at + part.length
}
