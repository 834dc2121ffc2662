import { type ActionFunctionArgs, redirect } from '@remix-run/node'
import { paths } from '#app/paths.ts'

export const loader = () => redirect(paths.status())

/** The switch in the top bar. Every page is of one environment, so one lands on the status page of the other. */
export async function action({ request, context }: ActionFunctionArgs) {
  const form = await request.formData()
  const cookie = context.environmentCookie(String(form.get('environment')))
  return redirect(paths.status(), cookie ? { headers: { 'Set-Cookie': cookie } } : {})
}
