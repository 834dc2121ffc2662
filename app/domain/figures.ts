/** "4 s", "2 min", "3 h", "5 d": how old something is. */
export function writeAge(ageMs: number): string {
  const seconds = Math.max(0, Math.floor(ageMs / 1000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`
  return `${Math.floor(seconds / 86_400)} d`
}

/** 5,214 */
export const writeCount = (count: number): string => count.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ',')
