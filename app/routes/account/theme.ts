import { type ActionFunctionArgs, redirect } from '@remix-run/node'
import { readFields } from '#app/http/forms.server.ts'
import { paths } from '#app/paths.ts'
import { placeInPortal, themeCookie } from './theme.server.ts'

export const loader = () => redirect(paths.status())

/** Choosing a theme needs no sign-in: the choice touches one cookie. */
export async function action({ request }: ActionFunctionArgs) {
  const { fields } = await readFields(request)
  const cookie = themeCookie(String(fields.theme))
  return redirect(placeInPortal(fields.back), cookie ? { headers: { 'Set-Cookie': cookie } } : {})
}
