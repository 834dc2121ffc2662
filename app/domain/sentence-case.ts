/** The same words with a capital at their head. */
export const sentenceCase = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
