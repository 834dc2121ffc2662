import { type ActionFunctionArgs, redirect } from '@remix-run/node'
import { z } from 'zod'
import { columnsCookie } from '#app/http/columns.server.ts'
import { readForm } from '#app/http/forms.server.ts'
import { refusal } from '#app/http/refusals.server.ts'
import { requireUser } from '#app/http/require-user.server.ts'
import { paths } from '#app/paths.ts'
import { placeInPortal } from '#app/routes/account/theme.server.ts'

const names = z.array(z.string().max(30)).max(40)
const columnsInput = z.object({
  list: z.string().max(30),
  columns: names,
  shown: names.default([]),
  back: z.string().max(500).optional(),
})

export const loader = () => redirect(paths.status())

/** Keep which columns of a list this person wants to see on this browser. */
export async function action({ request, params, context }: ActionFunctionArgs) {
  const { userId } = requireUser(context, 'status:read')
  const input = await readForm(request, params, columnsInput)
  if (!input.ok) return refusal(input.error)
  const { list, columns, shown, back } = input.value
  const cookie = columnsCookie(
    userId,
    list,
    columns.filter((column) => !shown.includes(column)),
  )
  return redirect(placeInPortal(back), cookie ? { headers: { 'Set-Cookie': cookie } } : {})
}

/** This page is shown only after a refusal, and the frame says why. */
export default function Columns() {
  return null
}
