/** The journal keeps 16 bits of an id. */
const ids = 0x10000

/**
 * Which of many objects have changed since somebody last asked, by their ids in the journal. Objects are marked where
 * they change, so an unchanged object costs nothing.
 */
export class Changed {
  private readonly isMarked = new Uint8Array(ids)
  private ids: number[] = []

  mark(id: number): void {
    if (this.isMarked[id] === 1) return
    this.isMarked[id] = 1
    this.ids.push(id)
  }

  /** The objects marked since the last call, each once. */
  take(): number[] {
    const { ids } = this
    this.ids = []
    for (const id of ids) this.isMarked[id] = 0
    return ids
  }
}
