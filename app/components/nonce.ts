import { createContext } from 'react'

/** The script nonce of this response; only the server knows it, browsers hide it. */
export const NonceContext = createContext<string | undefined>(undefined)
