import { Form, useLocation } from '@remix-run/react'
import { paths } from '#app/paths.ts'

/** Which columns a person sees of a list: a form in a menu, kept with the list's name. */
export function ColumnsMenu({
  list,
  columns,
  hidden,
}: {
  list: string
  columns: readonly { key: string; head: string }[]
  hidden: readonly string[]
}) {
  const { pathname, search } = useLocation()
  return (
    <details className="menu relative">
      <summary className="link">Columns</summary>
      <Form
        method="post"
        action={paths.columns()}
        preventScrollReset
        className="right-0 w-56 max-sm:right-auto max-sm:left-0"
      >
        <input type="hidden" name="list" value={list} />
        <input type="hidden" name="back" value={pathname + search} />
        {columns.map(({ key, head }) => (
          <label key={key} className="menu-item">
            <input type="hidden" name="columns[]" value={key} />
            <input type="checkbox" name="shown[]" value={key} defaultChecked={!hidden.includes(key)} className="tick" />
            {head}
          </label>
        ))}
        <button type="submit" className="button mt-1 w-full">
          Show these
        </button>
      </Form>
    </details>
  )
}
