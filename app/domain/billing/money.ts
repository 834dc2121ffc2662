/** An amount in the currency's minor unit (cents), always an integer; `digits` of ISO 4217. */
const digits: Record<string, number> = { JPY: 0, KRW: 0 }

/** "1,250.00 USD". */
export function formatMoney(minor: number, currency: string): string {
  const places = digits[currency] ?? 2
  const sign = minor < 0 ? '−' : ''
  const text = Math.abs(minor)
    .toString()
    .padStart(places + 1, '0')
  const whole = text.slice(0, text.length - places).replace(/\B(?=(\d{3})+$)/g, ',')
  return `${sign}${whole}${places > 0 ? `.${text.slice(-places)}` : ''} ${currency}`
}
