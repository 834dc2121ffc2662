/** What the simulated market trades. Prices are in ticks; spreads trade near zero, below it too. */
export interface Instrument {
  readonly symbol: string
  readonly name: string
  readonly securityId: number
  readonly price: number
  /** The outrights a spread is made of, bought and sold; empty for an outright. */
  readonly legs: readonly Instrument[]
}

const products = [
  { symbol: 'CL', price: 7250, from: 99001 },
  { symbol: 'NG', price: 2815, from: 98001 },
  { symbol: 'GC', price: 20312, from: 97001 },
  { symbol: 'ZN', price: 11024, from: 96001 },
] as const
const months = ['H', 'K', 'M', 'N', 'U', 'Z'] as const

const outrights: readonly Instrument[] = products.flatMap(({ symbol, price, from }) =>
  months.map((month, i) => ({
    symbol,
    name: `${symbol}${month}4`,
    securityId: from + i,
    price: price + i * 4,
    legs: [],
  })),
)

const spreads: readonly Instrument[] = products.flatMap(({ symbol, from }) => {
  const own = outrights.filter((one) => one.symbol === symbol)
  return own.slice(0, -1).flatMap((near, i) => {
    const far = own[i + 1]
    if (!far) return []
    return [{ symbol, name: `${near.name}-${far.name}`, securityId: from + 500 + i, price: -4, legs: [near, far] }]
  })
})

export const instruments: readonly Instrument[] = [...outrights, ...outrights, ...spreads]
