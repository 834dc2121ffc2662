import { z } from 'zod'

/** An address as it is kept and compared: however it was typed, one address is one person. */
export const plainEmail = (typed: string): string => typed.normalize('NFKC').trim().toLowerCase()

export const email = z.string().overwrite(plainEmail).max(254).pipe(z.email('An e-mail address.'))
