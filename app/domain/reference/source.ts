/** A source session's name on screens, in the snapshot and on the wire: Session ID + Firm ID, `K7T882` (spec §1). */
export const sourceNamePattern = /^[A-Z0-9]{6}$/

type SourceName = { sessionCode: string; executionCode: string }

/** @returns the two codes; undefined when the text is no source name. Case and blanks are forgiven, nothing else. */
export function parseSourceName(text: string): SourceName | undefined {
  const name = text.trim().toUpperCase()
  if (!sourceNamePattern.test(name)) return undefined
  return { sessionCode: name.slice(0, 3), executionCode: name.slice(3) }
}
