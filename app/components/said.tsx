import { useLocation } from '@remix-run/react'
import { useState } from 'react'

export interface Said {
  id: string
  sentence: string
}

/**
 * What was just done, on the page that the act led to and on no other. It stays while the page is read again for other
 * reasons, and goes with the next page.
 */
export function DoneNotice({ said }: { said: Said | null }) {
  const { key } = useLocation()
  const [shown, setShown] = useState<Said & { key: string }>()
  const isNew = said !== null && said.id !== shown?.id
  if (isNew) setShown({ ...said, key })
  const sentence = isNew ? said.sentence : shown?.key === key ? shown.sentence : undefined
  return (
    <div role="status" className="no-print">
      {sentence !== undefined && (
        <p className="mb-5 max-w-3xl rounded border-l-4 border-green bg-green-soft px-4 py-2.5 font-medium">
          {sentence}
        </p>
      )}
    </div>
  )
}
