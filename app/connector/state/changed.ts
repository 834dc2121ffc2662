/** The journal keeps 16 bits of an id. */
const ids = 0x10000

/**
 * Which of many have changed since somebody asked last, by their ids in the journal. They are marked where they change,
 * so that what does not change costs nothing.
 */
export class Changed {
  private readonly isMarked = new Uint8Array(ids)
  private ids: number[] = []

  mark(id: number): void {
    if (this.isMarked[id] === 1) return
    this.isMarked[id] = 1
    this.ids.push(id)
  }

  /** Those marked since this was asked last, each once. */
  take(): number[] {
    const { ids } = this
    this.ids = []
    for (const id of ids) this.isMarked[id] = 0
    return ids
  }
}
