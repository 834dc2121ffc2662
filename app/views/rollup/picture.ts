import type { Tx } from '#db/client.ts'
import { findSettings } from '#db/queries/publication/publications.ts'
import { listChanges, listFigures, type Pictured } from '#db/queries/rollup/series.ts'
import { nextResetMs, type WeekRule } from '#domain/calendar/week.ts'
import { environmentSettings, weekRuleOf } from '#domain/reference/settings.ts'
import { type Extent, extentOf, type Picture, type Span, seriesOf } from '#domain/rollup/series.ts'

const delivering = ['group', 'target', 'firm', 'environment']

/** What was received and delivered and what waited over a span until now, with its weekly resets and publications. */
export async function findPicture(tx: Tx, pictured: Pictured, span: Span, now: Date): Promise<Picture> {
  const extent = extentOf(span, now.getTime())
  const figures = await listFigures(tx, pictured, extent)
  const changes = await listChanges(tx, pictured, extent.fromMs)
  const settings = environmentSettings.safeParse(await findSettings(tx, pictured.environment))
  const resets = resetsIn(extent, weekRuleOf(settings.success ? settings.data : {}))
  const marks = [
    ...resets.map((atMs) => ({ atMs, word: 'Weekly reset' })),
    ...changes.map(({ atMs, number }) => ({ atMs, word: `Version ${number}` })),
  ]
  return {
    extent,
    series: seriesOf(figures, extent, delivering.includes(pictured.kind)),
    marks: marks.sort((a, b) => a.atMs - b.atMs),
  }
}

function resetsIn({ fromMs, untilMs }: Extent, rule: WeekRule): number[] {
  const resets: number[] = []
  for (let ms = nextResetMs(fromMs, rule); ms < untilMs; ms = nextResetMs(ms, rule)) resets.push(ms)
  return resets
}
