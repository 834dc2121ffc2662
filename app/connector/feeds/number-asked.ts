/** The number that a peer expects of us when it refuses ours as too low. */
export const numberAsked = (text: string): number | undefined => {
  const found = /too low.*?expecting (\d+)|lower than expected.*?Expected \[(\d+)\]/i.exec(text)
  return found ? Number(found[1] ?? found[2]) : undefined
}
