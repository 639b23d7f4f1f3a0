/** How the value of a cell is shown. */
import { Text } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import type { AccountClass, Coverage, Status } from '../app/search'
import type { Words } from '../filters/sentence'
import classes from './AccountsTable.module.css'
import { type Column, cellOf, type Row } from './columns'
import { safeLink } from './DetailsPart'
import { ClassMark, CoverageMark, StatusDot, StatusMark } from './Marks'
import { addressOf } from './queries'

type Props = {
  row: Row
  column: Column
  words: Words
  /** Two lines: on a phone, the address stands under the name. */
  tall: boolean
  onOpen: (id: number) => void
}

export const CellView = memo(function CellView({ row, column, words, tall, onOpen }: Props) {
  const value = cellOf(row, column.key)
  switch (column.key) {
    case 'name':
      return <Name row={row} tall={tall} onOpen={onOpen} />
    case 'status':
      return <StatusMark status={value as Status} />
    case 'class':
      return <ClassMark value={value as AccountClass} />
    case 'coverage':
      return <CoverageMark coverage={value as Coverage} />
    case 'dueOn':
      return (
        <CoverageMark
          coverage={row.coverage}
          {...(row.dueOn && row.coverage !== 'never' ? { detail: words.format.relativeDay(row.dueOn) } : {})}
        />
      )
    case 'ownerId':
      return <Owner row={row} words={words} />
    case 'teamId':
      return <Plain text={value === null ? '' : words.names.team(Number(value))} />
    case 'createdAt':
    case 'updatedAt':
      return <Plain text={words.format.relativeDay(words.format.today(new Date(String(value))))} />
    case 'lastVisitOn':
      return <Plain text={value ? words.format.relativeDay(String(value)) : ''} />
    case 'tags':
      return <Tags tags={(value as string[] | null) ?? []} />
    default:
      return <Any column={column} value={value} words={words} />
  }
})

function Name({ row, tall, onOpen }: Pick<Props, 'row' | 'tall' | 'onOpen'>) {
  const { t } = useTranslation('accounts')
  return (
    <span className={classes.name}>
      <StatusDot status={row.status} />
      <span className={classes.lines}>
        {/* A plain link: the router's own would each listen to every change of the address. */}
        <a
          href={`/accounts/${row.id}`}
          className={classes.link}
          tabIndex={-1}
          dir="auto"
          onClick={(event) => {
            event.stopPropagation()
            if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
            event.preventDefault()
            onOpen(row.id)
          }}
        >
          {row.name}
        </a>
        {tall && (
          <Text component="span" size="sm" c="dimmed" truncate>
            {row.site ? addressOf(row.site) || t('onMap') : t('noPlace')}
          </Text>
        )}
      </span>
    </span>
  )
}

function Owner({ row, words }: { row: Row; words: Words }) {
  const { t } = useTranslation('accounts')
  return row.ownerId === null ? (
    <span className={classes.dimmed}>{t('nobody')}</span>
  ) : (
    <Plain
      text={words.names.user(row.ownerId).startsWith('#') ? row.ownerName : words.names.user(row.ownerId)}
    />
  )
}

const Plain = ({ text }: { text: string }) => (
  <span className={classes.plain} dir="auto" title={text}>
    {text}
  </span>
)

function Tags({ tags }: { tags: readonly string[] }) {
  return (
    <span className={classes.tags} title={tags.join(', ')}>
      {tags.map((tag) => (
        <span key={tag} className={classes.tag} dir="auto">
          {tag}
        </span>
      ))}
    </span>
  )
}

function Any({ column, value, words }: { column: Column; value: unknown; words: Words }) {
  if (value === null || value === undefined || value === '') return null
  const called = (v: unknown) =>
    column.field?.choices?.find((choice) => choice.value === v)?.label ?? String(v)
  switch (column.type) {
    case 'money':
      return value === 0 && (column.key === 'revenue' || column.key === 'potential')
        ? null
        : words.format.money(Number(value))
    case 'number':
      return words.format.number(Number(value))
    case 'date':
      return <Plain text={words.format.day(String(value).slice(0, 10))} />
    case 'boolean':
      return value ? <IconCheck size={16} role="img" aria-label={words.i18n.t('filters:yes')} /> : null
    case 'choice':
      return <Plain text={called(value)} />
    case 'choices':
      return <Tags tags={(Array.isArray(value) ? value : [value]).map(called)} />
    case 'link': {
      const href = safeLink(String(value))
      return href ? (
        <a
          className={classes.plain}
          href={href}
          target="_blank"
          rel="noreferrer noopener"
          tabIndex={-1}
          onClick={(e) => e.stopPropagation()}
        >
          {String(value)}
        </a>
      ) : (
        <Plain text={String(value)} />
      )
    }
    default:
      return <Plain text={String(value)} />
  }
}
