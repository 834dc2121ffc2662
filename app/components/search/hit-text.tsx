import type { HitKind } from '#domain/search/hits.ts'
import { Mono } from '../figures.tsx'
import { isIdentifier } from './hits.ts'

/** The name of something found, as pages write names of its kind. */
export const HitText = ({ kind, title }: { kind: HitKind; title: string }) =>
  isIdentifier(kind) ? <Mono>{title}</Mono> : <bdi>{title}</bdi>
