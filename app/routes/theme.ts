import { type ActionFunctionArgs, redirect } from '@remix-run/node'
import { paths } from '#app/paths.ts'
import { placeInPortal, themeCookie } from './theme.server.ts'

export const loader = () => redirect(paths.status())

/** Choosing a theme is nobody's secret: it needs no sign-in and touches one cookie. */
export async function action({ request }: ActionFunctionArgs) {
  const form = await request.formData()
  const cookie = themeCookie(String(form.get('theme')))
  return redirect(placeInPortal(form.get('back')), cookie ? { headers: { 'Set-Cookie': cookie } } : {})
}
