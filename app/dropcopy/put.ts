import { copyBytes } from '#fix/memory.ts'
import type { Constant } from './constant.ts'

/** Writes a part at `at`; answers where it ends. */
export const put = (out: DataView, at: number, { view, length }: Constant): number =>
  copyBytes(out, at, view, 0, length)
