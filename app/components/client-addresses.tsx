import { MonoList } from './figures.tsx'

/** Which client addresses the targets accept. `stated`: addresses that were named but do not restrict anybody. */
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
      Any address. Named in the request, without restricting anyone: <MonoList names={stated} />
    </>
  )
}
