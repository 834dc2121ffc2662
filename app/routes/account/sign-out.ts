import { type ActionFunctionArgs, redirect } from '@remix-run/node'
import { paths } from '#app/paths.ts'

export const loader = () => redirect(paths.status())

export async function action({ context }: ActionFunctionArgs) {
  const { setCookie } = await context.auth.signOut()
  return redirect(paths.signIn(), { headers: { 'Set-Cookie': setCookie } })
}
