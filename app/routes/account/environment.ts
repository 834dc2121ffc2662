import { type ActionFunctionArgs, redirect } from '@remix-run/node'
import { readFields } from '#app/http/forms.server.ts'
import { paths } from '#app/paths.ts'

export const loader = () => redirect(paths.status())

/** The switch in the top bar. Every page belongs to one environment, so the switch leads to the other's status page. */
export async function action({ request, context }: ActionFunctionArgs) {
  const { fields } = await readFields(request)
  const cookie = context.environmentCookie(String(fields.environment))
  return redirect(paths.status(), cookie ? { headers: { 'Set-Cookie': cookie } } : {})
}
