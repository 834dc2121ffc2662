/**
 * Digits of the minor unit where they are not 2, from the table of ISO 4217 itself (list one). `Intl` follows common
 * use instead of the standard, and writes IQD without its three digits.
 */
const byDigits: Record<number, string> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
}
const digits = new Map(
  Object.entries(byDigits).flatMap(([places, codes]) =>
    codes.split(' ').map((code) => [code, Number(places)] as const),
  ),
)

/** "1,250.00 USD". An amount is in the minor unit of its currency (cents), always an integer. */
export function formatMoney(minor: number, currency: string): string {
  const places = digits.get(currency) ?? 2
  const sign = minor < 0 ? '−' : ''
  const text = Math.abs(minor)
    .toString()
    .padStart(places + 1, '0')
  const whole = text.slice(0, text.length - places).replace(/\B(?=(\d{3})+$)/g, ',')
  return `${sign}${whole}${places > 0 ? `.${text.slice(-places)}` : ''} ${currency}`
}
