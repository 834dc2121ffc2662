import { type Body, ReportFrames } from './report-frames.ts'

/**
 * What is measured. Target i copies `sourcesPerTarget` sources, starting with source i and wrapping round; each source
 * has a feed of its own.
 */
export type Shape = {
  sources: number
  targets: number
  sourcesPerTarget: number
  kind: Body
  dialect: 'plain' | 'encapsulated'
  protocol: 'classic' | 'dc4'
  durability: 'fsync' | 'os'
}

/**
 * `perSecond`: messages over all feeds; 0: as fast as they are taken. `beside`: no goal depends on this scenario, so
 * two pairs are enough. `isCompared`: the independent engine is measured as well.
 */
export type Scenario = {
  name: string
  shape: Shape
  messages: number
  perSecond: number
  beside?: true
  isCompared?: true
}

export const oneToOne: Shape = {
  sources: 1,
  targets: 1,
  sourcesPerTarget: 1,
  kind: 'execution',
  dialect: 'plain',
  protocol: 'classic',
  durability: 'fsync',
}

export const range = (count: number) => Array.from({ length: count }, (_, i) => i)

/** The sources of every target, by their indexes. */
export const groupsOf = ({ sources, targets, sourcesPerTarget }: Shape): number[][] =>
  range(targets).map((target) => range(sourcesPerTarget).map((i) => (target + i) % sources))

/** How many targets a source's messages go to. */
export const copiesPerMessage = ({ sources, targets, sourcesPerTarget }: Shape) =>
  (targets * sourcesPerTarget) / sources

export const messageBytes = ({ kind }: Shape) => new ReportFrames('GW0', 'DROPCOPY', kind).bytes

const eightToEight = { ...oneToOne, sources: 8, targets: 8, sourcesPerTarget: 2 }

export const flatOut: Scenario[] = [
  { name: '1 source to 1 target', shape: oneToOne, messages: 300_000, perSecond: 0, isCompared: true },
  {
    name: '1 source to 4 targets',
    shape: { ...oneToOne, targets: 4 },
    messages: 120_000,
    perSecond: 0,
    isCompared: true,
  },
  { name: '8 sources to 8 targets, 2 each', shape: eightToEight, messages: 160_000, perSecond: 0, isCompared: true },
  { name: '1 to 1 without fsync', shape: { ...oneToOne, durability: 'os' }, messages: 300_000, perSecond: 0 },
  { name: '1 to 16', shape: { ...oneToOne, targets: 16 }, messages: 40_000, perSecond: 0, beside: true },
  {
    name: '1 to 1, acknowledgments',
    shape: { ...oneToOne, kind: 'acknowledgment' },
    messages: 300_000,
    perSecond: 0,
    beside: true,
  },
  {
    name: '1 to 1, encapsulated feed',
    shape: { ...oneToOne, dialect: 'encapsulated' },
    messages: 300_000,
    perSecond: 0,
    beside: true,
  },
  {
    name: '1 to 1, Drop Copy 4.0 target',
    shape: { ...oneToOne, protocol: 'dc4' },
    messages: 300_000,
    perSecond: 0,
    beside: true,
  },
]

export const atRates: Scenario[] = [1_000, 10_000].map((perSecond) => ({
  name: `1 to 1 at ${perSecond.toLocaleString('en')}/s`,
  shape: oneToOne,
  messages: 5 * perSecond,
  perSecond,
}))

/** The generator hands messages straight to the sink: no measurement can exceed this. */
export const ceilings: Scenario[] = [
  { name: '1 feed to 1 target', shape: oneToOne, messages: 1_000_000, perSecond: 0 },
  { name: '8 feeds to 8 targets', shape: eightToEight, messages: 1_000_000, perSecond: 0 },
]
