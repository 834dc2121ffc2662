import { useId } from 'react'
import { Act, MoreActs } from '#app/components/page.tsx'
import { paths } from '#app/paths.ts'
import type { RequestAction } from '#domain/request/lifecycle.ts'
import type { ActionView, RequestView } from '#views/request/request-view.ts'
import { firstStep } from './request-steps.ts'

/** `isDanger`: it takes something away, so it stands in the menu. */
type Place = { label: string; to: (view: RequestView) => string; kind?: 'primary'; isDanger?: true }

/** The page on which each act is done; acts of the portal itself have none. */
const places: Partial<Record<RequestAction, Place>> = {
  save: { label: 'Edit', to: (view) => paths.requestStep(view.number, firstStep(view.kind)), kind: 'primary' },
  submit: { label: 'Review and submit', to: (view) => paths.requestStep(view.number, 'review') },
  'party-approve': { label: 'Approve', to: (view) => paths.decideRequest(view.number, 'approve'), kind: 'primary' },
  'party-return': { label: 'Return', to: (view) => paths.decideRequest(view.number, 'return') },
  'party-reject': { label: 'Reject', to: (view) => paths.decideRequest(view.number, 'reject'), isDanger: true },
  'exchange-approve': { label: 'Approve', to: (view) => paths.decideRequest(view.number, 'approve'), kind: 'primary' },
  'exchange-return': { label: 'Return', to: (view) => paths.decideRequest(view.number, 'return') },
  'exchange-reject': { label: 'Reject', to: (view) => paths.decideRequest(view.number, 'reject'), isDanger: true },
  'take-back': {
    label: 'Take approval back',
    to: (view) => paths.requestAct(view.number, 'take-back'),
    isDanger: true,
  },
  withdraw: { label: 'Withdraw request', to: (view) => paths.requestAct(view.number, 'withdraw'), isDanger: true },
  undo: { label: 'Undo', to: (view) => paths.requestAct(view.number, 'undo'), isDanger: true },
  'copy-as-new': { label: 'Copy as new', to: (view) => paths.copyRequest(view.number), kind: 'primary' },
}

/** What this person can do now; what they may do, but not in this state, is disabled with the reason. */
export function RequestActions({ view }: { view: RequestView }) {
  const id = useId()
  const shown = view.actions.flatMap((action) => {
    const place = places[action.action]
    return place ? [{ ...place, ...action }] : []
  })
  const menu = shown.filter((action) => action.isDanger)
  const open = shown.filter((action) => !action.isDanger && action.may)
  const closed = shown.filter((action) => !action.isDanger && !action.may)
  const reasons = [...new Set(closed.map((action) => action.why ?? 'Not now.'))]
  return (
    <div className="grid gap-1.5 @2xl/page:justify-items-end">
      <div className="flex flex-wrap gap-2 @2xl/page:justify-end">
        {open.map((action) => (
          <Act key={action.action} to={action.to(view)} kind={action.kind ?? 'plain'}>
            {action.label}
          </Act>
        ))}
        {closed.map((action) => (
          <button
            key={action.action}
            type="button"
            disabled
            aria-describedby={`${id}-${reasons.indexOf(reasonOf(action))}`}
            className="button"
          >
            {action.label}
          </button>
        ))}
        <MoreActs
          acts={menu.map((action) => ({
            to: action.to(view),
            label: action.label,
            isDanger: true,
            disabledReason: action.may ? undefined : reasonOf(action),
          }))}
        />
      </div>
      {reasons.map((reason, index) => (
        <p key={reason} id={`${id}-${index}`} className="max-w-sm text-caption text-muted @2xl/page:text-right">
          {reason}
        </p>
      ))}
      <PrintButton />
    </div>
  )
}

const reasonOf = (action: ActionView) => action.why ?? 'Not now.'

function PrintButton() {
  return (
    <button
      type="button"
      onClick={() => window.print()}
      className="link needs-script justify-self-start text-caption @2xl/page:justify-self-end"
    >
      Print
    </button>
  )
}
