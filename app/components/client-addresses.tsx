import { MonoList } from './figures.tsx'

/** Whom targets let in. `stated`: what was named while that restricted nobody. */
export function ClientAddressList({
  allowFrom,
  stated = [],
}: {
  allowFrom: readonly string[]
  stated?: readonly string[]
}) {
  if (allowFrom.length > 0)
    return (
      <>
        Only <MonoList names={allowFrom} />
      </>
    )
  if (stated.length === 0) return 'Any address'
  return (
    <>
      Any address. Named in the request, and restricting nobody: <MonoList names={stated} />
    </>
  )
}
