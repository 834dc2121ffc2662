import type { ReactNode } from 'react'
import { Notice } from '#app/components/page.tsx'
import { type Column, Table } from '#app/components/table.tsx'
import type { ListPage } from '#domain/list/page.ts'
import { ColumnsMenu } from './columns-menu.tsx'
import { EmptyList } from './empty-list.tsx'
import { Pager } from './pager.tsx'
import { type Chips, type Choice, type Only, Toolbar } from './toolbar.tsx'

/** A list: what is asked of it, a page of its rows, and the pages beside this one. */
export function List<Row>({
  name,
  caption,
  page,
  rowKey,
  columns,
  hidden,
  searchLabel,
  chips = [],
  choices = [],
  only = [],
  csv,
  empty,
}: {
  /** What a person's choice of columns is kept under. */
  name: string
  caption: string
  page: ListPage<Row>
  rowKey: (row: Row) => string
  columns: readonly Column<Row>[]
  /** The columns that this person does not want to see. */
  hidden: readonly string[]
  searchLabel: string
  chips?: readonly Chips[]
  choices?: readonly Choice[]
  only?: readonly Only[]
  csv?: string
  empty: ReactNode
}) {
  const { asked, note, rows } = page
  const choosable = columns.filter((column) => column.optional)
  return (
    <>
      {note && <Notice tone="amber">{note}</Notice>}
      <Toolbar asked={asked} searchLabel={searchLabel} chips={chips} choices={choices} only={only} csv={csv}>
        {choosable.length > 0 && <ColumnsMenu list={name} columns={choosable} hidden={hidden} />}
      </Toolbar>
      <Table
        caption={caption}
        rows={rows}
        rowKey={rowKey}
        sort={asked.sort}
        columns={columns.filter(({ key, optional }) => !optional || !hidden.includes(key))}
        empty={
          <EmptyList asked={asked} filters={[...chips, ...choices]} only={only}>
            {empty}
          </EmptyList>
        }
      />
      <Pager page={page} caption={caption} />
    </>
  )
}
