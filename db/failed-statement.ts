/** Fields of a PostgreSQL error that may repeat values of the statement. */
const repeatsValues = ['params', 'parameters', 'args', 'detail', 'where', 'internal_query']

/**
 * Remove the parameters from a failed statement's error, in place and from its causes, before it is printed: they hold
 * names, addresses and whatever text people typed. The statement's own text, the code and the constraint stay.
 */
export function hideParameters<E>(error: E): E {
  if (!(error instanceof Error)) return error
  const said = saidWithout(error)
  if (said !== error.message) {
    if (error.stack) error.stack = error.stack.replace(error.message, () => said)
    error.message = said
  }
  for (const name of repeatsValues) if (name in error) Reflect.deleteProperty(error, name)
  hideParameters(error.cause)
  if (error instanceof AggregateError) for (const one of error.errors) hideParameters(one)
  return error
}

function saidWithout(error: Error): string {
  // drizzle: "Failed query: …\nparams: …"
  if ('query' in error && 'params' in error) return `Failed query: ${String(error.query)}`
  // PostgreSQL's class 22, data exceptions, whose words repeat the value: `invalid input syntax for type uuid: "…"`
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return code.startsWith('22') ? `a value does not fit its column or type (${code})` : error.message
}
