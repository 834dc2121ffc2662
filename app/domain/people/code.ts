/** Digits and capitals without I, L, O and U, which are misread or misheard. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const length = 12

/** Random bytes that make a code: 60 bits are used. A code is useless without its link, and ten tries end both. */
export const codeBytes = length

/** How often a code may be tried before its link stops working. */
export const codeTries = 10

/** A code to be read out: `K7T4-9QMX-2HRD`. */
export const codeFrom = (bytes: Uint8Array): string =>
  [...bytes.subarray(0, length)]
    .map((byte) => alphabet.charAt(byte % alphabet.length))
    .join('')
    .replace(/(.{4})(?=.)/g, '$1-')

/**
 * The typed code in the form that is compared: without blanks and dashes, and with look-alike characters made equal.
 */
const plainCode = (typed: string): string =>
  typed.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1')

/** What is kept of a code, hashed: bound to its link, so that equal codes have different hashes. */
export const codeText = (invitationId: string, code: string): string => `${invitationId} ${plainCode(code)}`
