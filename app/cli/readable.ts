const unprintable = /[^\x20-\x7e]/g
const SOH = '\x01'
/** RawData, Password, NewPassword, EncryptedPassword, EncryptedNewPassword: present, and not their values. */
const secret = /^(96|554|925|1402|1404)=.*$/s

/** A FIX message on one line: fields separated by `|`, secrets as `***`, what cannot be printed as `\xNN`. */
export const readable = (text: string): string =>
  text
    .split(SOH)
    .map((field) => field.replace(secret, '$1=***'))
    .join('|')
    .replace(unprintable, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`)
