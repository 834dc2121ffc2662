/** MsgTypes of two characters in an S record, which has one byte for a type. */
const twoCharacterTypes: Record<string, number> = { BW: 1, BX: 2, BY: 3, BZ: 4 }

/** The code of a MsgType(35) in an S record. */
export const codeOfType = (msgType: string): number => twoCharacterTypes[msgType] ?? msgType.charCodeAt(0)

/** The MsgType(35) of a code in an S record. */
export const msgTypeOf = (code: number): string =>
  Object.entries(twoCharacterTypes).find(([, one]) => one === code)?.[0] ?? String.fromCharCode(code)
