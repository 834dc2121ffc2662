import { statSync } from 'node:fs'

/** Tells a directory from a copy of it, on this machine and on others. */
export function placeOf(directory: string): string {
  const { ino, birthtimeMs } = statSync(directory)
  return `${ino}.${Math.floor(birthtimeMs)}`
}
