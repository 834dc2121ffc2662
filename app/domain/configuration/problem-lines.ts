import type { z } from 'zod'

/** One line per problem, `path: what is wrong`, in the order of the document. */
export function problemLines(error: z.ZodError): string[] {
  return [...new Set(error.issues.flatMap((issue) => lines(issue, [])))]
}

/** `targets[0].sources[1]`; the whole document is `(document)`. */
export function pathText(path: readonly PropertyKey[]): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
  return text === '' ? '(document)' : text.replace(/^\./, '')
}

type Issue = z.core.$ZodIssue

function lines(issue: Issue, above: readonly PropertyKey[]): string[] {
  const path = [...above, ...issue.path]
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => `${pathText([...path, key])}: unknown key`)
  if (issue.code === 'invalid_union') return unionLines(issue.errors, path)
  return [`${pathText(path)}: ${wording(issue)}`]
}

/**
 * The problems of the shape that was probably meant: the one with the fewest wrong kinds, then the fewest problems. A
 * plain mismatch with every shape is reported as one problem.
 */
function unionLines(branches: readonly Issue[][], path: readonly PropertyKey[]): string[] {
  const inside = branches.filter((branch) => !branch.some((issue) => issue.path.length === 0 && isWrongType(issue)))
  if (inside.length === 0) return [`${pathText(path)}: ${branches.map((branch) => wording(branch[0]!)).join(', or ')}`]
  const best = inside.reduce((a, b) => (weight(b) < weight(a) ? b : a))
  return best.flatMap((issue) => lines(issue, path))
}

const isWrongType = (issue: Issue) => issue.code === 'invalid_type' || issue.code === 'invalid_value'
const weight = (branch: readonly Issue[]) =>
  branch.reduce(
    (sum, issue) =>
      sum + (issue.code === 'invalid_value' ? 100 : issue.code === 'unrecognized_keys' ? issue.keys.length : 1),
    0,
  )

function wording(issue: Issue): string {
  const text = issue.message.replace(/^Invalid (input|option): /, '').replace(/^Too (small|big): /, '')
  if (/received undefined$/.test(text)) return text.replace(/^expected (.*), received undefined$/, 'is required ($1)')
  return text.replace(/\|/g, ' or ')
}
